// What a configuration will train, before it does.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "sweep/search/search_space.h"

namespace lrsweep {

/// The number of trials, why there are fewer than points, and a table of at most `limit` of them
/// (0: all) with what differs and the optimizer steps of each.
std::string PlanText(const SearchSpace& space, size_t limit);

/// {"name", "points", "notes", "trials": [{"trial_id", "group_id", "scheduler", "seed", "steps",
/// "params"}]} with every trial's complete parameters.
/// Written piece by piece to `write`; false from it stops.
void PlanJson(const SearchSpace& space, const std::function<bool(const std::string&)>& write);

}  // namespace lrsweep
