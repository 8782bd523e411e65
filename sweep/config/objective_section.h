// Reads `objective:`, the metric, mode and scope that rank a sweep.
#pragma once

#include "sweep/config/config_node.h"
#include "trial/objective.h"

namespace lrsweep {

/// `metrics`: those that trials record. A metric that is not written is the built-in model's, or
/// the only one that a program declares; a mode, the metric's own. Throws ConfigError.
Objective ReadObjective(const ConfigNode& root, const MetricTable& metrics);

}  // namespace lrsweep
