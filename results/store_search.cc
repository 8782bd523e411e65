// Writes what a search decides: trials that get their row then, and places in its rungs.
#include <fmt/format.h>

#include "results/store.h"
#include "results/store_impl.h"
#include "results/store_space.h"

namespace lrsweep {
namespace {

// A known trial keeps its number, and what is recorded of it.
constexpr std::string_view kDecide =
    "INSERT INTO trials (number, trial_id, group_id, state, scheduler, params, seed, point, "
    "budget, "
    "rung, bracket) VALUES (?1 + (SELECT first_number FROM sweep), ?2, ?3, 'pending', ?4, ?5, ?6, "
    "nullif(?7, ''), nullif(?8, 0), iif(?8 = 0, NULL, ?9), iif(?8 = 0, NULL, ?10)) "
    "ON CONFLICT (trial_id) DO UPDATE SET in_space = 1, promoted = 0, point = excluded.point, "
    "budget = excluded.budget, rung = excluded.rung, bracket = excluded.bracket";

constexpr std::string_view kPromote = "UPDATE trials SET promoted = 1 WHERE trial_id = ?1";

}  // namespace

void Store::AddDecided(const Decided& decided) {
  if (decided.trials.empty() && decided.promoted.empty()) return;
  impl_->Write([&] {
    TrialLabels labels = OpenLabels(impl_->Db(), Labels());
    for (const DecidedTrial& one : decided.trials) {
      const Trial& trial = one.trial;
      labels.Add(trial.scheduler, FlatText(trial.params));
      impl_->Run(kDecide, one.number, trial.id, trial.group_id, trial.scheduler,
                 ToJson(trial.params), trial.seed, one.point, one.budget, one.rung, one.bracket);
    }
    WriteLabels(impl_->Db(), labels);
    for (const std::string& id : decided.promoted) impl_->Run(kPromote, id);
  });
}

void Store::MarkStoppedBy(const std::string& trial_id, const std::string& by) {
  impl_->Write(
      [&] { impl_->Run("UPDATE trials SET stopped_by = ?2 WHERE trial_id = ?1", trial_id, by); });
}

}  // namespace lrsweep
