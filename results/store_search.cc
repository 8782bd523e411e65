// Writes what a search decides: trials that get their row then, and places in its rungs.
#include <map>

#include "results/store.h"
#include "results/store_impl.h"
#include "results/store_space.h"

namespace lrsweep {
namespace {

// A known trial keeps its number, and what is recorded of it. A number that another trial has,
// which the search decided by values that are no longer there, is not given again.
constexpr std::string_view kDecide =
    "WITH given AS (SELECT ?1 + first_number AS number FROM sweep) "
    "INSERT INTO trials (number, trial_id, group_id, state, scheduler, params, seed, point, "
    "budget, rung, bracket) VALUES (CASE WHEN EXISTS (SELECT 1 FROM trials JOIN given USING "
    "(number) WHERE trial_id <> ?2) THEN (SELECT max(number) + 1 FROM trials) ELSE (SELECT number "
    "FROM given) END, ?2, ?3, 'pending', ?4, ?5, ?6, "
    "nullif(?7, ''), nullif(?8, 0), iif(?8 = 0, NULL, ?9), iif(?8 = 0, NULL, ?10)) "
    "ON CONFLICT (trial_id) DO UPDATE SET in_space = 1, promoted = 0, dropped = 0, "
    "point = excluded.point, budget = excluded.budget, rung = excluded.rung, bracket = "
    "excluded.bracket";

// What another search stopped before this budget is to be trained further.
constexpr std::string_view kContinue =
    "UPDATE trials SET state = 'pending', stopped_by = NULL, error = NULL, objective_value = NULL "
    "WHERE trial_id = ?1 AND state = 'stopped' AND stopped_by IS NOT NULL AND diverged = 0 "
    "AND epochs_done < ?2";

constexpr std::string_view kBringBack =
    "UPDATE trials SET in_space = 1 WHERE trial_id = ?1 AND in_space = 0";

constexpr std::string_view kPromote = "UPDATE trials SET promoted = 1 WHERE trial_id = ?1";

constexpr std::string_view kDrop =
    "UPDATE trials SET dropped = 1 WHERE group_id = ?1 AND in_space = 1";

}  // namespace

KnownDecided Store::AddDecided(const Decided& decided) {
  if (decided.trials.empty() && decided.promoted.empty() && decided.dropped.empty()) return {};
  KnownDecided known;
  impl_->Write([&] {
    TrialLabels labels = OpenLabels(impl_->Db(), Labels());
    for (const DecidedTrial& one : decided.trials) {
      const Trial& trial = one.trial;
      labels.Add(trial.scheduler, FlatText(trial.params));
      const bool is_back = impl_->Run(kBringBack, trial.id) > 0;
      if (is_back) known.back.push_back(trial.id);
      impl_->Run(kDecide, one.number, trial.id, trial.group_id, trial.scheduler,
                 ToJson(trial.params), trial.seed, one.point, one.budget, one.rung, one.bracket);
      const bool continues = one.budget > 0 && impl_->Run(kContinue, trial.id, one.budget) > 0;
      if (continues && !is_back) known.continued.push_back(trial.id);
    }
    WriteLabels(impl_->Db(), labels);
    for (const std::string& id : decided.promoted) impl_->Run(kPromote, id);
    for (const std::string& id : decided.dropped) impl_->Run(kDrop, id);
  });
  return known;
}

void Store::MarkStoppedBy(const std::string& trial_id, const std::string& by) {
  impl_->Write(
      [&] { impl_->Run("UPDATE trials SET stopped_by = ?2 WHERE trial_id = ?1", trial_id, by); });
}

std::vector<RungCount> Store::Rungs() const {
  if (!impl_->has_search) return {};
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(
        impl_->Db(),
        "SELECT bracket, rung, budget, count(DISTINCT point), count(*), sum(state IN ('completed', "
        "'stopped', 'failed')), sum(promoted) FROM trials WHERE in_space = 1 AND rung IS NOT NULL "
        "GROUP BY bracket, rung, budget ORDER BY bracket, rung");
    std::vector<RungCount> rungs;
    std::map<int64_t, bool> has_promoted;  // by bracket
    while (query.executeStep()) {
      const auto column = [&query](int i) { return query.getColumn(i).getInt64(); };
      rungs.push_back({column(0), column(1), column(2), column(3), column(4), column(5)});
      has_promoted[column(0)] |= column(6) > 0;
    }
    // Where none is promoted the trials of a rung are those of the one before, which went on.
    for (size_t i = rungs.size(); i-- > 1;) {
      RungCount& before = rungs[i - 1];
      const RungCount& after = rungs[i];
      if (before.bracket != after.bracket || has_promoted[after.bracket]) continue;
      const int64_t seeds = before.trials / before.points;  // more may have begun later
      before.points += after.points;
      before.trials += after.points * seeds;
      before.ended += after.points * seeds;
    }
    return rungs;
  });
}

}  // namespace lrsweep
