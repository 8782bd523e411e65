// What one schedule does not do although its parameters say so, on its trial's clock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trial/metrics.h"
#include "trial/trial.h"

namespace lrsweep {

/// A sentence for people. Findings that differ in a learning rate alone have equal keys.
struct ScheduleFinding {
  std::string text;
  std::string key;
};

/// The findings of a trial's schedule, empty if there is nothing to say; lint.h lists what is
/// found. `images`: ImagesPerEpoch. `metrics`: those that trials record. The schedule must be one
/// that can be built for the trial's length.
std::vector<ScheduleFinding> FindingsOf(const Trial& trial, int64_t images,
                                        const MetricTable& metrics);

}  // namespace lrsweep
