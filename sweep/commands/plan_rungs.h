// What `lrsweep plan` says of a search that grants most points less than a whole run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "params/value.h"
#include "sweep/search/halving_plan.h"
#include "sweep/search/search_space.h"

namespace lrsweep {

/// The rungs of a configuration with a pruner: a table, their sums beside the full sweep's, and how
/// much of the first rungs is shared. `images`: ImagesPerEpoch.
std::string RungsText(const SearchSpace& space, const HalvingPlan& plan, int64_t images);

/// The same as a list, one mapping for each rung of each bracket; where points race with the most
/// that may come.
List RungsJson(const HalvingPlan& plan);

/// What a race makes of seeds, with the end of the line.
std::string RaceText(const RaceConfig& race);

}  // namespace lrsweep
