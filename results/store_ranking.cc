// Ranks a sweep's trials in SQL, by the rules of ranking.h. The view `ranking` in schema.sql
// follows the same rules for other readers.
#include <fmt/format.h>

#include <limits>
#include <stdexcept>
#include <unordered_set>

#include "results/store.h"
#include "results/store_impl.h"

namespace lrsweep {
namespace {

// The trials that have a place: the condition of the index trials_by_value, word for word.
constexpr const char* kRanked =
    "in_space = 1 AND promoted = 0 AND (state = 'completed' OR (state = 'stopped' AND (diverged = "
    "1 "
    "OR stopped_by IS NOT NULL)))";
// The same in a file of an older layout.
constexpr const char* kRankedUnsearched =
    "in_space = 1 AND (state = 'completed' OR (state = 'stopped' AND diverged = 1))";

/// FROM and WHERE of them with the index, which SQLite would not choose by itself. Continue by AND.
std::string RankedByValue(const char* ranked) {
  return fmt::format("trials INDEXED BY trials_by_value WHERE {}", ranked);
}

/// The budgets of ranked trials, the highest first; NULL for a sweep without budgets. Each is found
/// in the index by itself.
std::vector<std::string> RankedBudgets(SQLite::Database& db, bool has_search) {
  if (!has_search) return {""};
  std::vector<std::string> budgets;
  SQLite::Statement query(
      db, fmt::format("SELECT max(budget) FROM {} AND budget < ?", RankedByValue(kRanked)));
  for (int64_t below = std::numeric_limits<int64_t>::max();;) {
    query.bind(1, below);
    query.executeStep();
    if (query.getColumn(0).isNull()) break;
    below = query.getColumn(0).getInt64();
    budgets.push_back(fmt::format("AND budget = {} ", below));
    query.reset();
  }
  budgets.emplace_back("AND budget IS NULL ");
  return budgets;
}

/// Runs `sql`, which gives trial ids and values, and appends them with the next places.
void Append(SQLite::Database& db, const std::string& sql, int64_t limit,
            std::vector<RankedTrial>& ranking) {
  SQLite::Statement query(db, sql);
  query.bind(1, limit);
  while (query.executeStep()) {
    const SQLite::Column value = query.getColumn(1);
    ranking.push_back({static_cast<int64_t>(ranking.size()) + 1, query.getColumn(0).getString(),
                       RealOrNone(value)});
  }
}

/// The parts of a query of scores: the score over all epochs of a trial, and the columns that it
/// needs of each epoch beside `trial_id`, `epoch` and `value`.
struct ScoreSql {
  std::string score;
  std::string columns = "";
  std::string having = "";
};

std::string Rounded(const std::string& number) {
  return fmt::format("round(({}) * 1e12) / 1e12", number);
}

constexpr const char* kFinal = ", max(epoch) OVER (PARTITION BY trial_id) AS final";
constexpr const char* kFromTheEnd =  // 1 for the last epoch
    ", row_number() OVER (PARTITION BY trial_id ORDER BY epoch DESC) AS from_the_end";

ScoreSql ScopedScore(const Objective& objective) {
  if (objective.scope == "best") return {objective.mode + "(value)"};
  if (objective.scope == "avg") return {Rounded("avg(value)")};
  if (const int64_t last = LastEpochsOf(objective.scope); last > 0) {
    return {Rounded(fmt::format("avg(CASE WHEN from_the_end <= {} THEN value END)", last)),
            kFromTheEnd};
  }
  // Beside the one max(epoch), SQLite takes a column from that epoch's row.
  return {"value", "", "HAVING max(epoch) > 0"};
}

ScoreSql DerivedScore(const Metric& metric, const MetricSource& source) {
  const std::string in_order = "OVER (PARTITION BY trial_id ORDER BY epoch)";
  const std::string first = fmt::format("min(CASE WHEN value {} {} THEN {{}} END)",
                                        metric.MoreIsBetter() ? ">=" : "<=", metric.threshold);
  switch (metric.derivation) {
    case Derivation::kEpochsTo:
      return {fmt::format(fmt::runtime(first), "epoch")};
    case Derivation::kStepsTo:
      return {fmt::format(fmt::runtime(first), "steps_done"), ", steps_done"};
    case Derivation::kSecondsTo:
      return {Rounded(fmt::format(fmt::runtime(first), "elapsed")),
              fmt::format(", {} AS elapsed", source.elapsed)};
    case Derivation::kAreaUnder:  // one epoch has no trapezoid
      return {
          Rounded("coalesce(sum(trapezoid * width) / sum(width), max(value))"),
          fmt::format(", ({0} + lag({0}) {1}) / 2 AS trapezoid, epoch - lag(epoch) {1} AS width",
                      source.column, in_order)};
    case Derivation::kFinalMinusBest:
      return {Rounded(fmt::format("max(CASE WHEN epoch = final THEN value END) - {}(value)",
                                  metric.MoreIsBetter() ? "max" : "min")),
              kFinal};
    case Derivation::kNone:
      break;
  }
  throw std::logic_error("no derived metric: " + ToText(metric));
}

const char* Direction(const Objective& objective) {
  return objective.mode == "min" ? "ASC" : "DESC";
}

}  // namespace

std::string ScoreQuery(const Objective& objective, const ScoredMetrics& metrics,
                       const std::string& where) {
  Check(objective, metrics.table);
  const Metric metric = ParseMetric(objective.metric, metrics.table);
  const MetricSource source = SourceOf(metric, metrics.of_program);
  const ScoreSql sql = metric.IsDerived() ? DerivedScore(metric, source) : ScopedScore(objective);
  return fmt::format(
      "SELECT trial_id, CASE WHEN count(value) = count(*) THEN {} END AS score "
      "FROM (SELECT trial_id, epoch, {} AS value{} FROM {} {}) GROUP BY trial_id {}",
      sql.score, source.column, sql.columns, source.table, where, sql.having);
}

std::string EndTrialSql(const Objective& objective, const ScoredMetrics& metrics) {
  return fmt::format(
      "UPDATE trials SET state = ?2, error = nullif(?3, ''), "
      "objective_value = CASE WHEN (?2 = 'completed' OR (?2 = 'stopped' AND stopped_by IS NOT "
      "NULL)) "
      "AND diverged = 0 THEN (SELECT score FROM ({})) "
      "END "
      "WHERE trial_id = ?1",
      ScoreQuery(objective, metrics, "WHERE trial_id = ?1"));
}

const char* Store::Impl::Ranked() const { return has_search ? kRanked : kRankedUnsearched; }

bool IsRanked(const std::string& state, bool diverged, bool was_pruned) {
  return state == "completed" || (state == "stopped" && (diverged || was_pruned));
}

bool TrialCount::IsRanked() const {
  return in_space && !promoted && lrsweep::IsRanked(state, diverged, was_pruned);
}

bool TrialCount::IsLeft() const { return in_space && (state == "pending" || state == "running"); }

std::vector<TrialCount> Store::CountTrials() const {
  return Guarded(impl_->path, [&] {
    const char* of_search = impl_->has_search ? "promoted, stopped_by IS NOT NULL" : "0, 0";
    SQLite::Statement query(
        impl_->Db(), fmt::format("SELECT state, in_space, diverged, count(*), sum(epochs_done), {} "
                                 "FROM trials GROUP BY 1, 2, 3, 6, 7",
                                 of_search));
    std::vector<TrialCount> counts;
    while (query.executeStep()) {
      counts.push_back({query.getColumn(0).getString(), query.getColumn(1).getInt() != 0,
                        query.getColumn(2).getInt() != 0, query.getColumn(3).getInt64(),
                        query.getColumn(4).getInt64(), query.getColumn(5).getInt() != 0,
                        query.getColumn(6).getInt() != 0});
    }
    return counts;
  });
}

std::vector<RankedTrial> Store::Ranking(const Objective& objective, size_t limit) const {
  const MetricTable table = Metrics();
  Check(objective, table);
  const int64_t most = limit == 0 ? -1 : static_cast<int64_t>(limit);
  const bool at_hand = objective == Sweep().objective;
  return Guarded(impl_->path, [&] {
    std::vector<RankedTrial> ranking;
    if (!at_hand) {
      Append(impl_->Db(),
             fmt::format("SELECT trial_id, CASE WHEN diverged = 0 THEN score END AS other "
                         "FROM trials LEFT JOIN ({}) USING (trial_id) WHERE {} "
                         "ORDER BY {}other IS NULL, other {}, trial_id LIMIT ?",
                         ScoreQuery(objective, impl_->Scored(), ""), impl_->Ranked(),
                         impl_->has_search ? "budget DESC, " : "", Direction(objective)),
             most, ranking);
      return ranking;
    }
    const std::string ranked = RankedByValue(impl_->Ranked());
    for (const std::string& budget : RankedBudgets(impl_->Db(), impl_->has_search)) {
      // Two queries, so that each can follow the order of the index.
      for (const std::string& order :
           {fmt::format("objective_value IS NOT NULL ORDER BY objective_value {}, trial_id",
                        Direction(objective)),
            std::string("objective_value IS NULL ORDER BY trial_id")}) {
        if (limit > 0 && ranking.size() == limit) return ranking;
        Append(impl_->Db(),
               fmt::format("SELECT trial_id, objective_value FROM {} {}AND {} LIMIT ?", ranked,
                           budget, order),
               limit == 0 ? -1 : most - static_cast<int64_t>(ranking.size()), ranking);
      }
    }
    return ranking;
  });
}

int64_t Store::CountWithValue(const Objective& objective, double value) const {
  const MetricTable table = Metrics();
  Check(objective, table);
  const std::string ranked = RankedByValue(impl_->Ranked());
  const std::string of_budget =
      impl_->has_search ? fmt::format("AND budget IS (SELECT max(budget) FROM {}) ", ranked) : "";
  const std::string sql =
      objective == Sweep().objective
          ? fmt::format("SELECT count(*) FROM {} {}AND objective_value = ?", ranked, of_budget)
          : fmt::format(
                "SELECT count(*) FROM trials JOIN ({}) USING (trial_id) "
                "WHERE {} {}AND diverged = 0 AND score = ?",
                ScoreQuery(objective, impl_->Scored(), ""), impl_->Ranked(), of_budget);
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(impl_->Db(), sql);
    query.bind(1, value);
    query.executeStep();
    return query.getColumn(0).getInt64();
  });
}

std::vector<ScoredTrial> Store::Impl::Scores(const Objective& objective, bool at_hand,
                                             const std::string& key, const std::string& value) {
  const bool of_some = !key.empty();
  const std::string some = of_some ? key + " = ?1" : "";
  std::string others;
  if (!at_hand) {
    const std::string epochs =
        of_some ? "WHERE trial_id IN (SELECT trial_id FROM trials WHERE " + some + ")" : "";
    others =
        fmt::format("LEFT JOIN ({}) USING (trial_id) ", ScoreQuery(objective, Scored(), epochs));
  }
  return Guarded(path, [&] {
    const bool searched = has_search;
    SQLite::Statement query(
        Db(), fmt::format(
                  "SELECT trial_id, group_id, state, scheduler, seed, diverged, CASE WHEN (state = "
                  "'completed' {}) AND diverged = 0 THEN {} END, params, {}, {} FROM trials {}"
                  "WHERE in_space = 1 {} ORDER BY number",
                  searched ? "OR (state = 'stopped' AND stopped_by IS NOT NULL)" : "",
                  at_hand ? "objective_value" : "score",
                  searched ? "coalesce(budget, 0), stopped_by IS NOT NULL" : "0, 0",
                  searched && at_hand ? "dropped" : "0", others,
                  of_some    ? "AND " + some
                  : searched ? "AND promoted = 0"
                             : ""));
    if (of_some) query.bind(1, value);
    std::vector<ScoredTrial> trials;
    std::unordered_set<std::string> groups;
    while (query.executeStep()) {
      const auto column = [&query](int i) { return query.getColumn(i); };
      trials.push_back({column(0).getString(), column(1).getString(), column(2).getString(),
                        column(3).getString(), column(4).getInt64(), column(5).getInt() != 0,
                        RealOrNone(column(6)), "", column(8).getInt64(), column(9).getInt() != 0,
                        column(10).getInt() != 0});
      if (groups.insert(trials.back().group_id).second) {
        trials.back().params_json = column(7).getString();
      }
    }
    return trials;
  });
}

std::vector<ScoredTrial> Store::Scores(const Objective& objective,
                                       const std::string& group_id) const {
  const bool at_hand = objective == Sweep().objective;
  return impl_->Scores(objective, at_hand, group_id.empty() ? "" : "group_id", group_id);
}

std::vector<ScoredTrial> Store::ScoresOfBudget(const Objective& objective, int64_t budget) const {
  if (!impl_->has_search) return {};
  const bool at_hand = objective == Sweep().objective;
  return impl_->Scores(objective, at_hand, "budget", std::to_string(budget));
}

std::optional<RankedTrial> Store::PlaceOf(const std::string& trial_id) const {
  const char* better = Sweep().objective.mode == "min" ? "<" : ">";
  return Guarded(impl_->path, [&]() -> std::optional<RankedTrial> {
    const bool searched = impl_->has_search;
    const std::string ranked = RankedByValue(impl_->Ranked());
    const std::string of_budget = ranked + (searched ? " AND budget IS own.budget" : "");
    // Counts the trials before it: of higher budgets; of its own with better values, with any value
    // if it has none, and with equal values and lesser ids.
    SQLite::Statement query(
        impl_->Db(),
        fmt::format(
            "SELECT own.objective_value, 1 "
            "+ (SELECT count(*) FROM {0} AND objective_value {1} own.objective_value) "
            "+ (SELECT count(*) FROM {0} AND objective_value IS NOT NULL "
            "   AND own.objective_value IS NULL) "
            "+ (SELECT count(*) FROM {0} AND objective_value IS own.objective_value "
            "   AND trial_id < own.trial_id) {4}"
            "FROM (SELECT trial_id, objective_value{3} FROM trials WHERE trial_id = ? AND {2}) AS "
            "own",
            of_budget, better, impl_->Ranked(), searched ? ", budget" : "",
            searched ? fmt::format("+ (SELECT count(*) FROM {} AND budget > own.budget) ", ranked)
                     : ""));
    query.bind(1, trial_id);
    if (!query.executeStep()) return std::nullopt;
    const SQLite::Column value = query.getColumn(0);
    return RankedTrial{query.getColumn(1).getInt64(), trial_id, RealOrNone(value)};
  });
}

}  // namespace lrsweep
