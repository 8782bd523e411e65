// Learning-rate schedules as pure functions of the tick.
//
// A schedule keeps no state: resuming it is calling it at that tick. Its clock counts from 0 and
// has no unit; trial_schedule.h decides whether one tick is an epoch or an optimizer step.
// Schedules are safe to call from several threads.
//
// The formulas are those of torch.optim.lr_scheduler (PyTorch 2.15), in their closed form and with
// PyTorch's operations in PyTorch's order, so that the doubles are equal. Where PyTorch computes
// each step from the one before and accumulates rounding, the closed formula counts here.
#pragma once

#include <cstdint>
#include <functional>

namespace lrsweep {

struct SchedulerType;  // in scheduler_type.h

/// What the optimizer applies at one step.
struct Rates {
  double lr = 0;
  double momentum = 0;
};

/// From the tick (at least 0) to the rates at that tick.
using Schedule = std::function<Rates(int64_t tick)>;

// Each type of schedule is one pair of files (or shares one with its family) with
// - an options struct, with PyTorch's names and defaults;
// - a function that makes the schedule of options. It throws std::invalid_argument, beginning with
//   the option's name, where an option is out of range or options contradict each other;
// - an entry of the catalog, whose table holds unit, meaning and range of every option, once.
//   `lrsweep schedules NAME` prints it.
// A configuration must give the options marked "required". `optimizer` holds the optimizer's own
// rates; `momentum` is its momentum, for schedules with rates of their own. A momentum that the
// schedule does not cycle is constant.

}  // namespace lrsweep
