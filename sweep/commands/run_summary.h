// What `run` says at its end. Pure.
#pragma once

#include <string>

#include "results/store.h"
#include "sweep/coordinator/sweep_state.h"

namespace lrsweep {

/// What was trained, the best trial or why there is none, and the command of `program` that shows
/// the ranking, quoted for a shell. Lines. `work`: of the whole sweep. `with_epochs`: as ShortText.
std::string SummaryText(const SweepState& state, const WorkDone& work, const std::string& program,
                        const std::string& db, bool with_epochs = false);

/// The best trial, which there must be, with its value: "0123456789abcdef  val_accuracy 0.9832
/// StepLR gamma=0.5". `with_epochs`: as ShortText.
std::string BestText(const SweepState& state, bool with_epochs);

/// What an interrupted run leaves behind. A sentence.
std::string InterruptedText(const SweepState& state, const std::string& db);

}  // namespace lrsweep
