#include "sweep/verification/stored_trial.h"

#include <fmt/format.h>

#include <utility>

#include "params/errors.h"
#include "params/text.h"
#include "sweep/verification/trial_config.h"

namespace lrsweep {
namespace {

/// The attempts at the trial; of one that was never trained by itself those at the trials with
/// which it shares its epochs.
std::vector<AttemptRow> AttemptsFor(const Store& store, const std::string& trial_id) {
  std::vector<AttemptRow> attempts = store.Attempts(trial_id);
  if (!attempts.empty()) return attempts;
  for (const std::string& sharer : store.SharersOf(trial_id)) {
    for (AttemptRow& attempt : store.Attempts(sharer)) attempts.push_back(std::move(attempt));
  }
  return attempts;
}

}  // namespace

StoredTrial ReadTrial(const Store& store, const SweepRecord& sweep, const TrialRow& row) {
  StoredTrial stored{row, RestoreTrial(sweep, row).params, store.Epochs(row.trial_id),
                     store.Steps(row.trial_id), AttemptsFor(store, row.trial_id)};
  if (stored.epochs.empty()) {
    throw UsageError(
        fmt::format("trial {} has no epoch to compare: it is {}", row.trial_id, row.state));
  }
  // A program may leave out epochs.
  const auto epochs =
      sweep.IsOfProgram() ? stored.epochs.back().epoch : static_cast<int64_t>(stored.epochs.size());
  if (epochs != row.epochs_done) {
    throw StoreError(fmt::format("trial {}: {} of its {} are recorded: the database is damaged",
                                 row.trial_id, epochs, Counted(row.epochs_done, "epoch")));
  }
  const auto steps = static_cast<int64_t>(stored.steps.size());
  if (steps > 0 && steps != stored.epochs.back().steps_done) {
    throw StoreError(fmt::format("trial {}: {} of its {} are recorded: the database is damaged",
                                 row.trial_id, steps,
                                 Counted(stored.epochs.back().steps_done, "step")));
  }
  return stored;
}

Provenance ToProvenance(const WorkerInfo& by, int64_t pack_size, const std::string& version) {
  return {by.engine, by.device, by.cpu_target, version, pack_size};
}

}  // namespace lrsweep
