// What a configuration will train, before it does.
#pragma once

#include <cstddef>
#include <string>

#include "sweep/search_space.h"

namespace lrsweep {

/// The number of trials, why there are fewer than points, and a table of at most `limit` of them
/// (0: all) with what differs and the optimizer steps of each. Steps are "?" where the data's size
/// cannot be told without downloading it.
std::string PlanText(const SearchSpace& space, size_t limit);

/// {"name", "points", "notes", "trials": [{"trial_id", "group_id", "scheduler", "seed", "steps",
/// "params"}]} with every trial's complete parameters.
std::string PlanJson(const SearchSpace& space);

}  // namespace lrsweep
