// The length of a trial, in epochs and optimizer steps.
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

/// Equal for trials with the same rates at every step: what decides a trial's schedule, as text.
std::string ScheduleKey(const Trial& trial);

/// Whether the axis has a part in that.
bool DecidesSchedule(const Axis& axis);

}  // namespace lrsweep
