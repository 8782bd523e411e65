// Finds less of a sweep that still ends wrong: fewer kinds of faults, fewer faults, trials, workers
// and members of packs.
#pragma once

#include <filesystem>
#include <string>

#include "tests/simulation/scenario.h"

namespace lrsweep::simulation {

/// The limits of a sweep that ends wrong within `limits`, and within the result as well.
Limits Shrink(const Scenario& scenario, Limits limits, const std::filesystem::path& folder);

/// " --seed 7 --without kill --faults 3": the options of `simulation` for it.
std::string WordsOf(uint64_t seed, const Limits& limits);

}  // namespace lrsweep::simulation
