// Derived from a trial's parameters before it is trained: its length in optimizer steps, its
// schedule, and which trials have schedule or pack in common. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "schedulers/trial_schedule.h"
#include "sweep/config/sweep_config.h"
#include "trial/trial.h"

namespace lrsweep {

/// The training images of a built-in model's epoch: `training_images`, the data set's, less those
/// that the configuration holds back for validation. Throws ConfigError where it holds back all of
/// them.
int64_t ImagesPerEpoch(const SweepConfig& config, int64_t training_images);

/// Whether it is known how many optimizer steps the trial's epochs have: always of the built-in
/// model, of a program where trial.steps_per_epoch says it.
bool HasSteps(const Trial& trial);

/// The trial's clock. `images` is ImagesPerEpoch, at least 1; a program's trials do not depend on
/// it. Without HasSteps an epoch counts as one step, so that the schedule advances by epochs.
TrialClock ClockOf(const Trial& trial, int64_t images);

/// The trial's schedule on that clock. Throws std::invalid_argument where the schedule cannot be
/// built for the trial's length.
TrialSchedule ScheduleOf(const Trial& trial, int64_t images);

/// Text that is equal for trials with the same rates at every step: all the parameters that decide
/// the schedule.
std::string ScheduleKey(const Trial& trial);

/// Whether the axis sweeps one of these parameters.
bool DecidesSchedule(const Axis& axis);

/// Equal for trials that can share a pack: the values that shape their computation, as text, which
/// are the data, the network, the batch size and the optimizer's formula. Numbers in that formula
/// may differ from trial to trial: seed, rates and schedule, momentum, weight decay, dampening,
/// betas, eps; and so may the number of epochs. `params` is a trial's complete parameters.
std::string PackKey(const Map& params);

}  // namespace lrsweep
