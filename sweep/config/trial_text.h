// One line about a trial, for tables and progress lines.
#pragma once

#include <string>

#include "trial/trial.h"

namespace lrsweep {

/// "CyclicLR max_lr=0.1 base_lr=0.001 seed=2": the scheduler and every parameter that differs from
/// its default, without the data set and the program. `with_epochs` adds "epochs=5".
std::string ShortText(const Trial& trial, bool with_epochs = false);

/// The scheduler's part of ShortText: "CyclicLR max_lr=0.1 base_lr=0.001".
std::string SchedulerText(const Trial& trial);

}  // namespace lrsweep
