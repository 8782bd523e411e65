// A stored trial as a configuration: what repeats it, and it alone.
#pragma once

#include <string>

#include "results/store.h"
#include "sweep/config/sweep_config.h"

namespace lrsweep {

/// A configuration in YAML whose search space is exactly this trial of this sweep, with the same
/// objective, engine and record: without what has its default. Throws UsageError where this program
/// cannot say the trial as one: it was made by another version, or its parameters were changed.
std::string TrialConfigYaml(const SweepRecord& sweep, const TrialRow& row);

/// The trial as that configuration makes it: complete with parameters that did not exist when it
/// was stored. Throws likewise.
Trial RestoreTrial(const SweepRecord& sweep, const TrialRow& row);

}  // namespace lrsweep
