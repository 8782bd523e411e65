// The order of a sweep's trials, computed where they lie. ranking.h has the rules; the view
// `ranking` in schema.sql follows them for other readers.
#include <fmt/format.h>

#include "results/store.h"
#include "results/store_impl.h"

namespace lrsweep {
namespace {

// What `ranking` ranks, as the index trials_by_value has it.
constexpr const char* kRanked =
    "in_space = 1 AND (state = 'completed' OR (state = 'stopped' AND diverged = 1))";

/// The same with its index, which SQLite would not choose by itself; to be continued by AND.
std::string RankedByValue() {
  return fmt::format("trials INDEXED BY trials_by_value WHERE {}", kRanked);
}

/// Runs `sql`, of trial ids and values, and gives what it finds the places after `ranking`'s.
void Append(SQLite::Database& db, const std::string& sql, int64_t limit,
            std::vector<Placed>& ranking) {
  SQLite::Statement query(db, sql);
  query.bind(1, limit);
  while (query.executeStep()) {
    const SQLite::Column value = query.getColumn(1);
    ranking.push_back({static_cast<int64_t>(ranking.size()) + 1, query.getColumn(0).getString(),
                       value.isNull() ? std::nullopt : std::optional(value.getDouble())});
  }
}

const char* Direction(const Objective& objective) {
  return objective.mode == "min" ? "ASC" : "DESC";
}

}  // namespace

std::string ScoreQuery(const Objective& objective, const std::string& where) {
  Check(objective);
  const std::string& metric = objective.metric;
  // `last`: beside the one max(epoch), SQLite takes a column from that epoch's row.
  std::string score = metric;
  if (objective.scope == "avg") score = fmt::format("round(avg({}) * 1e12) / 1e12", metric);
  if (objective.scope == "best") score = fmt::format("{}({})", objective.mode, metric);
  return fmt::format(
      "SELECT trial_id, CASE WHEN count({0}) = count(*) THEN {1} END AS score FROM epochs {2} "
      "GROUP BY trial_id HAVING max(epoch) > 0",
      metric, score, where);
}

std::string EndTrialSql(const Objective& objective) {
  return fmt::format(
      "UPDATE trials SET state = ?2, error = nullif(?3, ''), "
      "objective_value = CASE WHEN ?2 = 'completed' AND diverged = 0 THEN (SELECT score FROM ({})) "
      "END "
      "WHERE trial_id = ?1",
      ScoreQuery(objective, "WHERE trial_id = ?1"));
}

bool TrialCount::IsRanked() const {
  return in_space && (state == "completed" || (state == "stopped" && diverged));
}

std::vector<TrialCount> Store::CountTrials() const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(impl_->Db(),
                            "SELECT state, in_space, diverged, count(*), sum(epochs_done) "
                            "FROM trials GROUP BY state, in_space, diverged");
    std::vector<TrialCount> counts;
    while (query.executeStep()) {
      counts.push_back({query.getColumn(0).getString(), query.getColumn(1).getInt() != 0,
                        query.getColumn(2).getInt() != 0, query.getColumn(3).getInt64(),
                        query.getColumn(4).getInt64()});
    }
    return counts;
  });
}

std::vector<Placed> Store::Ranking(const Objective& objective, size_t limit) const {
  Check(objective);
  const int64_t most = limit == 0 ? -1 : static_cast<int64_t>(limit);
  const bool at_hand = objective == Sweep().objective;
  return Guarded(impl_->path, [&] {
    std::vector<Placed> ranking;
    if (!at_hand) {
      Append(impl_->Db(),
             fmt::format("SELECT trial_id, CASE WHEN diverged = 0 THEN score END AS other "
                         "FROM trials LEFT JOIN ({}) USING (trial_id) WHERE {} "
                         "ORDER BY other IS NULL, other {}, trial_id LIMIT ?",
                         ScoreQuery(objective, ""), kRanked, Direction(objective)),
             most, ranking);
      return ranking;
    }
    // Two queries, each in the order of the index.
    Append(impl_->Db(),
           fmt::format("SELECT trial_id, objective_value FROM {} AND objective_value IS NOT NULL "
                       "ORDER BY objective_value {}, trial_id LIMIT ?",
                       RankedByValue(), Direction(objective)),
           most, ranking);
    if (limit > 0 && ranking.size() == limit) return ranking;
    Append(impl_->Db(),
           fmt::format("SELECT trial_id, objective_value FROM {} AND objective_value IS NULL "
                       "ORDER BY trial_id LIMIT ?",
                       RankedByValue()),
           limit == 0 ? -1 : most - static_cast<int64_t>(ranking.size()), ranking);
    return ranking;
  });
}

std::optional<Placed> Store::PlaceOf(const std::string& trial_id) const {
  const char* better = Sweep().objective.mode == "min" ? "<" : ">";
  return Guarded(impl_->path, [&]() -> std::optional<Placed> {
    // Before it: better values; any value if it has none; of equal ones the lesser ids.
    SQLite::Statement query(
        impl_->Db(),
        fmt::format(
            "SELECT own.objective_value, 1 "
            "+ (SELECT count(*) FROM {0} AND objective_value {1} own.objective_value) "
            "+ (SELECT count(*) FROM {0} AND objective_value IS NOT NULL "
            "   AND own.objective_value IS NULL) "
            "+ (SELECT count(*) FROM {0} AND objective_value IS own.objective_value "
            "   AND trial_id < own.trial_id) "
            "FROM (SELECT trial_id, objective_value FROM trials WHERE trial_id = ? AND {2}) AS own",
            RankedByValue(), better, kRanked));
    query.bind(1, trial_id);
    if (!query.executeStep()) return std::nullopt;
    const SQLite::Column value = query.getColumn(0);
    return Placed{query.getColumn(1).getInt64(), trial_id,
                  value.isNull() ? std::nullopt : std::optional(value.getDouble())};
  });
}

}  // namespace lrsweep
