// Finds axes and written parameters of a scheduler entry that change no rate of the run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sweep/config/sweep_config.h"
#include "trial/trial.h"

namespace lrsweep {

/// A sentence for each axis and each written parameter of `entry` that makes no difference to the
/// rates in any of `trials`, its distinct schedules. `images`: ImagesPerEpoch.
std::vector<std::string> WithoutEffect(const Entry& entry, const std::vector<Trial>& trials,
                                       int64_t images);

}  // namespace lrsweep
