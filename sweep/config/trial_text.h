// A trial in a few words.
#pragma once

#include <string>

#include "trial/trial.h"

namespace lrsweep {

/// "CyclicLR max_lr=0.1 base_lr=0.001 seed=2": the scheduler and what differs from the defaults,
/// without the data set and what is fixed by convention.
std::string ShortText(const Trial& trial);

/// The part of it that is about the scheduler: "CyclicLR max_lr=0.1 base_lr=0.001".
std::string SchedulerText(const Trial& trial);

}  // namespace lrsweep
