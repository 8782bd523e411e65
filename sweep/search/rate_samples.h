// The rates of schedules at the steps that tell them apart.
#pragma once

#include <cstdint>
#include <vector>

#include "schedulers/trial_schedule.h"
#include "trial/trial.h"

namespace lrsweep {

/// Steps of the trial, ascending: some hundred at equal distances, the last one, and those around
/// every tick at which its schedule begins or ends something. `images`: ImagesPerEpoch.
std::vector<int64_t> TellingSteps(const Trial& trial, const TrialSchedule& schedule);

/// Whether two trials of equal length have the same rates and momenta at the telling steps of both.
/// Throws std::invalid_argument where one of the schedules cannot be built.
bool HaveEqualRates(const Trial& a, const Trial& b, int64_t images);

}  // namespace lrsweep
