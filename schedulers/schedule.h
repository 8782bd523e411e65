// Learning-rate schedules as pure functions of the step.
//
// A schedule keeps no state: resuming it is calling it at that step. Its clock counts from 0 and
// has no unit of its own; who uses it decides whether one tick is an epoch or an optimizer step.
// Every function here is safe to call from any thread.
//
// The formulas are those of torch.optim.lr_scheduler (PyTorch 2.15), in their closed
// form and with its operations in its order, so that the doubles are PyTorch's own. Where PyTorch
// chains from one step to the next and gathers rounding, the closed formula is what counts here.
#pragma once

#include <cstdint>
#include <functional>

namespace lrsweep {

/// What the optimizer applies at one step.
struct Rates {
  double lr = 0;
  double momentum = 0;
};

/// From the clock's tick (at least 0) to the rates at that tick.
using Schedule = std::function<Rates(int64_t tick)>;

// The functions that make schedules are in decay.h, cosine.h, cyclic.h, one_cycle.h, wsd.h,
// inverse_sqrt.h, piecewise_linear.h, range_test.h and compose.h. Each throws std::invalid_argument
// where its options are out of range or contradict one another, naming them and their values.
// Options have PyTorch's names and defaults; one whose default is out of range must be set.
// `optimizer` is what the optimizer was given; a momentum that the schedule does not cycle stays as
// it is there.

}  // namespace lrsweep
