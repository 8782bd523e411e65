// What follows from a trial's parameters before it is trained: its length in optimizer steps, its
// schedule, and which trials have schedule or pack in common.
#pragma once

#include <cstdint>
#include <string>

#include "schedulers/trial_schedule.h"
#include "sweep/config/sweep_config.h"
#include "trial/trial.h"

namespace lrsweep {

/// Images that every trial of the sweep trains on: those of the data set less those held back. Of a
/// data set that lrsweep knows by name this needs no download. Throws DataError where a folder is
/// not there or its files are damaged, ConfigError where more images are held back than there are.
int64_t ImagesPerEpoch(const SweepConfig& config);

/// The trial's clock over `images` training images.
TrialClock ClockOf(const Trial& trial, int64_t images);

/// The schedule of the trial over `images` training images.
TrialSchedule ScheduleOf(const Trial& trial, int64_t images);

/// Equal for trials with the same rates at every step: the values that decide a trial's schedule,
/// as text.
std::string ScheduleKey(const Trial& trial);

/// Whether the axis is one of these.
bool DecidesSchedule(const Axis& axis);

/// Equal for trials that can share a pack: the values that shape their computation, as text, which
/// are the data, the network, the batch size and the optimizer's formula. Numbers in that formula
/// may differ from trial to trial: seed, rates and schedule, momentum, weight decay, dampening,
/// betas, eps; and so may the number of epochs. `params` is a trial's complete parameters.
std::string PackKey(const Map& params);

}  // namespace lrsweep
