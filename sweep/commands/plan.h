// `lrsweep plan`: the trials of a configuration. Nothing is trained.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "sweep/search/search_space.h"

namespace lrsweep {

/// The number of trials, the sampler, notes why there are fewer than points, and a table of the
/// first `limit` trials (0: all) with their epochs, optimizer steps and parameters. With a pruner
/// the rungs, and the trials of the first ones; with a race alone the least and the most that can
/// come. Throws as ImagesPerEpoch.
std::string PlanText(const SearchSpace& space, size_t limit);

/// {"name", "sampler", "notes": [sentence], "points", "trials": [{"trial_id", "group_id",
/// "scheduler", "seed", "steps", "params"}]} with every trial's complete parameters. With a pruner
/// these are the trials of the first rungs, and "rungs": [{"bracket", "rung", "budget", "points",
/// "seeds", "trials", "epochs"}] comes before them; where points race these are the least, and
/// "most_seeds", "most_trials" and "most_epochs" stand beside them. A race without a pruner: the
/// trials that come in any case, and "race": {"confidence", "least_trials", "most_trials"}. Calls
/// `write` with one piece after another, until it returns false. Throws as ImagesPerEpoch.
void PlanJson(const SearchSpace& space, const std::function<bool(const std::string&)>& write);

}  // namespace lrsweep
