// InverseTimeDecay: the rate falls with one over the time.
#pragma once

#include <cstdint>

#include "schedulers/schedule.h"

namespace lrsweep {

struct InverseTimeDecayOptions {
  double decay_rate = -1;   // required
  int64_t decay_steps = 1;  // the unit of time, in ticks
  bool staircase = false;
};

/// lr / (1 + decay_rate * tick / decay_steps), with the quotient tick / decay_steps rounded down in
/// a staircase. (Keras, InverseTimeDecay)
///
/// Tick 0: lr. Tick decay_steps: lr / (1 + decay_rate). There is no end.
Schedule InverseTimeDecay(const InverseTimeDecayOptions& options, const Rates& optimizer);

SchedulerType InverseTimeDecayType();

}  // namespace lrsweep
