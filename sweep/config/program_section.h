// Reads `trial:`, a user's program in place of the built-in model.
#pragma once

#include "params/value.h"
#include "sweep/config/config_node.h"
#include "trial/metrics.h"
#include "trial/program.h"

namespace lrsweep {

struct ProgramSection {
  ProgramSpec spec;     // without `swept` and `trials_folder`
  MetricTable metrics;  // declared, in the order of the file; not finite marks divergence
  Map identity;         // the section `trial` of a trial: command, and what is written of version
                        // and steps_per_epoch
};

/// `node` is the section. Throws ConfigError. The command's placeholders are not checked
/// (program_checks.h).
ProgramSection ReadProgramSection(const ConfigNode& node);

}  // namespace lrsweep
