// The rates of an epoch's steps in the form in which they are sent and stored.
#pragma once

#include "trial/trial.h"

namespace lrsweep {

/// Keeps one value of the learning rate where it is the same at every step, and likewise of the
/// momentum.
void KeepOneIfConstant(StepRates& rates);

}  // namespace lrsweep
