// The table of scheduler types: the one place to add a type. It gives each type's parameters
// (names, defaults, ranges), the interval in which it advances, what it overrides of the
// optimizer, and builds its schedule.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "params/parameter.h"
#include "params/value.h"
#include "schedulers/schedule.h"

namespace lrsweep {

/// What the schedule is given beside its own parameters.
struct ScheduleContext {
  double lr = 0;          // the optimizer's; unused by types that override it
  double momentum = 0;    // the optimizer's; unused where it is cycled
  int64_t run_ticks = 0;  // the trial's length in the schedule's interval: the value of `run`
};

struct SchedulerType {
  std::string name;
  std::string summary;                // one line
  std::string default_interval;       // "epoch" or "step", as PyTorch documents for the type
  std::vector<Parameter> parameters;  // without `type` and `interval`, which every type has

  // These take the type's parameters as Coerce gives them; one that is left out has its default.

  /// What has no effect with these parameters, as dotted paths: "optimizer.lr" under CyclicLR,
  /// "scheduler.gamma" under CyclicLR outside exp_range. It is no part of a trial's identity.
  std::function<std::vector<std::string>(const Map& parameters)> overrides;
  /// Throws std::invalid_argument where parameters contradict one another, naming them.
  std::function<void(const Map& parameters)> check;
  /// The schedule of parameters that `check` accepts.
  std::function<Schedule(const Map& parameters, const ScheduleContext& context)> build;
};

/// All known types, in the order of the documentation.
const std::vector<SchedulerType>& SchedulerTypes();

/// The type of that name, or nullptr.
const SchedulerType* FindSchedulerType(const std::string& name);

/// The schedule that a trial's `scheduler` section means: `type`, and the type's parameters. One
/// that is left out has its default, so that trials stored before it existed keep their meaning.
/// Throws std::invalid_argument for an unknown type, a missing or bad parameter, a contradiction.
Schedule BuildSchedule(const Map& parameters, const ScheduleContext& context);

}  // namespace lrsweep
