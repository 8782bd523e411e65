// What `run` says at its end. Pure.
#pragma once

#include <string>

#include "results/store.h"
#include "sweep/coordinator/sweep_state.h"

namespace lrsweep {

/// What was trained, the best trial or why there is none, and the command of `program` that shows
/// the ranking, quoted for a shell. Lines. `work`: of the whole sweep.
std::string SummaryText(const SweepState& state, const WorkDone& work, const std::string& program,
                        const std::string& db);

/// What an interrupted run leaves behind. A sentence.
std::string InterruptedText(const SweepState& state, const std::string& db);

}  // namespace lrsweep
