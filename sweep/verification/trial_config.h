// A stored trial as a configuration of its own, whose only trial it is.
#pragma once

#include <string>

#include "results/store.h"
#include "sweep/config/sweep_config.h"

namespace lrsweep {

/// The configuration in YAML whose search space is exactly this trial, with the sweep's objective,
/// engine and record. Values that equal their defaults are left out. Throws UsageError where this
/// program cannot reproduce the trial's id: another version made it, or its parameters were
/// changed.
std::string TrialConfigYaml(const SweepRecord& sweep, const TrialRow& row);

/// The only trial of that configuration: with all parameters, also those that did not exist when it
/// was stored. Throws UsageError as TrialConfigYaml.
Trial RestoreTrial(const SweepRecord& sweep, const TrialRow& row);

}  // namespace lrsweep
