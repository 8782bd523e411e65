#include "worker/command/attempt_inputs.h"

#include <algorithm>

#include "params/value.h"

namespace lrsweep {
namespace {

constexpr size_t kMostParamsBytes = 100'000;  // of a variable; the kernel takes 128 KiB

}  // namespace

Environment VariablesOf(const TrialTask& task, const std::string& params, const ProgramTrial& trial,
                        int64_t steps_per_epoch, const TrialFolder& folder) {
  const Value* seed = Find(task.params, "training.seed");
  Environment variables{{"LRSWEEP_PROTOCOL", "1"},
                        {"LRSWEEP_TRIAL_ID", task.trial_id},
                        {"LRSWEEP_DIR", folder.path()},
                        {"LRSWEEP_PARAMS_FILE", folder.ParamsFile()},
                        {"LRSWEEP_SEED", seed == nullptr ? "0" : ToJson(*seed)},
                        {"LRSWEEP_EPOCHS", std::to_string(trial.epochs())},
                        {"LRSWEEP_EPOCH", std::to_string(trial.epochs_done())},
                        {"LRSWEEP_SCHEDULE", folder.Schedule().csv},
                        {"LRSWEEP_SCHEDULE_BINARY", folder.Schedule().binary},
                        {"LRSWEEP_REPORT", folder.ReportFile()}};
  if (params.size() <= kMostParamsBytes) variables["LRSWEEP_PARAMS"] = params;
  if (steps_per_epoch > 0) variables["LRSWEEP_STEPS_PER_EPOCH"] = std::to_string(steps_per_epoch);
  return variables;
}

bool WriteSchedule(const TrialTask& task, const ProgramTrial& trial, int64_t steps_per_epoch,
                   const ScheduleFiles& files, const ShouldContinue& should_continue) {
  const TrialClock& clock = trial.schedule().clock();
  if (!trial.FollowsMetric()) {
    const RatesAt rates = [&trial](int64_t step) { return trial.schedule().At(step); };
    return HoldsScheduleTable(files, rates, clock.TotalSteps()) ||
           WriteScheduleTable(files, rates, clock.TotalSteps(), should_continue);
  }
  TrialSchedule past = ProgramSchedule(task.params, steps_per_epoch);
  size_t epochs_ended = 0;
  const RatesAt rates = [&](int64_t step) {
    for (; static_cast<int64_t>(epochs_ended) < step / clock.steps_per_epoch; ++epochs_ended) {
      past.OnEpochEnd(trial.metric_history().at(epochs_ended));
    }
    return past.At(step);
  };
  const int64_t epochs = std::min(trial.epochs_done() + 1, trial.epochs());
  return WriteScheduleTable(files, rates, epochs * clock.steps_per_epoch, should_continue);
}

}  // namespace lrsweep
