// What trials have in common before their schedules part: the same training up to an epoch's end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "schedulers/trial_schedule.h"
#include "trial/program.h"
#include "trial/trial.h"

namespace lrsweep {

/// Equal for trials of a sweep whose trainings differ at most by the applied rates and the number
/// of epochs: all their other parameters, as text. `program`: whose trials they are; none for the
/// built-in model (a program's trials then share nothing). Of a program also the arguments that it
/// gets, but for paths in the trial's folder, and the metric that the schedule follows, since its
/// table then grows by epochs.
std::string PrefixKey(const Trial& trial, const std::optional<ProgramSpec>& program = {});

/// The state of a training as a hash: equal for trainings that are the same up to there. StartState
/// is that before the first epoch, NextState that after an epoch with these rates
/// (TrialRates::HashOf).
uint64_t StartState(const Trial& trial, const std::optional<ProgramSpec>& program = {});
uint64_t NextState(uint64_t state, uint64_t rates);

/// Equal for trials whose first epoch may be the same. A schedule that cannot be built fails its
/// trial later: until then it stands alone.
size_t FirstEpochKey(const Trial& trial, int64_t images,
                     const std::optional<ProgramSpec>& program = {});

/// The rates that a trial applies, epoch by epoch. Where its schedule follows a metric, those of an
/// epoch are known when the ones before have ended.
class TrialRates {
 public:
  /// `images` as in ClockOf. Throws as ScheduleOf.
  TrialRates(const Trial& trial, int64_t images);

  /// The trial's length.
  int64_t epochs() const { return schedule_.clock().epochs; }
  int64_t steps_per_epoch() const { return schedule_.clock().steps_per_epoch; }
  /// The name of the metric that the schedule follows; empty: none.
  const std::string& metric() const { return schedule_.metric(); }
  bool follows_metric() const { return !metric().empty(); }
  /// The value of metric() after the next epoch, in order.
  void OnEpochEnd(double value) { schedule_.OnEpochEnd(value); }

  /// Whether both apply the same learning rate and momentum, to the bit, at each step of `epoch`
  /// (from 1). Both trials have the same steps in an epoch.
  bool AreEqual(const TrialRates& other, int64_t epoch) const;
  /// A hash of the rates of an epoch: equal where AreEqual.
  uint64_t HashOf(int64_t epoch) const;

 private:
  bool IsConstantInEpochs() const;

  TrialSchedule schedule_;
};

}  // namespace lrsweep
