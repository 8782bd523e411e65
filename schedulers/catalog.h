// The table of scheduler types: the one place to add a type. It gives each type's parameters
// (names, defaults, ranges), the interval in which it advances, what it overrides of the
// optimizer, and builds its schedule.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "params/parameter.h"
#include "params/value.h"
#include "schedulers/plateau.h"
#include "schedulers/schedule.h"

namespace lrsweep {

/// What the schedule is given beside its own parameters.
struct ScheduleContext {
  double lr = 0;          // the optimizer's; unused by types that override it
  double momentum = 0;    // the optimizer's; unused where it is cycled
  int64_t run_ticks = 0;  // the length in the schedule's interval that it has: the value of `run`
};

struct SchedulerType {
  std::string name;
  std::string summary;                // one line
  std::string formula;                // plain text, one to a few lines
  std::string source;                 // PyTorch's class, paper, library
  std::string example;                // one entry in YAML
  std::string default_interval;       // "epoch" or "step", as PyTorch documents for the type
  bool epoch_only = false;            // `interval: step` makes no sense
  std::string horizon;                // the parameter that should be the run's length; empty: none
  bool rises_on_purpose = false;      // means to rise above the optimizer's rate
  std::vector<Parameter> parameters;  // without `type` and what is common to all types
  /// Its rate is the rate before times a factor of the tick alone: ChainedScheduler can take it.
  bool chains_as_factor = false;
  std::string not_composable;  // why no composed schedule can take it; empty: it can

  /// Whether it is made of others: then one parameter is of Kind::kSchedulers.
  bool composed() const;

  // These take the type's parameters as Coerce gives them; one that is left out has its default.

  /// What has no effect with these parameters, as dotted paths: "optimizer.lr" under CyclicLR,
  /// "scheduler.gamma" under CyclicLR outside exp_range, "scheduler.schedulers.0.gamma" for a
  /// member of a composed schedule. It is no part of a trial's identity.
  std::function<std::vector<std::string>(const Map& parameters)> overrides;
  /// Throws std::invalid_argument where parameters contradict one another, naming them, and where
  /// a nested scheduler is of an unknown type, has unknown, missing or bad parameters, or cannot
  /// stand there.
  std::function<void(const Map& parameters)> check;
  /// The schedule of parameters that `check` accepts. Of one that listens: its initial rate.
  std::function<Schedule(const Map& parameters, const ScheduleContext& context)> build;
  /// Of a type that listens to a metric: what listens. Empty for all others.
  std::function<Plateau(const Map& parameters, const ScheduleContext& context)> build_plateau;
};

/// All known types, in the order of the documentation.
const std::vector<SchedulerType>& SchedulerTypes();

/// The type of that name, or nullptr.
const SchedulerType* FindSchedulerType(const std::string& name);

/// The type that a scheduler's section or a member of a composed one names. Throws
/// std::invalid_argument where it names none that is known.
const SchedulerType& TypeOf(const Map& scheduler);

/// What every entry has beside `type` and the type's own parameters: `interval` (when the schedule
/// advances), and `warmup` (null, or a mapping of `steps` and `start_factor`, complete in a
/// trial). Members of a composed schedule have neither. trial_schedule.h says what they mean.
const std::vector<Parameter>& CommonParameters(const SchedulerType& type);

/// The schedule that a trial's `scheduler` section means: `type`, and the type's parameters. One
/// that is left out has its default, so that trials stored before it existed keep their meaning.
/// Throws std::invalid_argument for an unknown type, a missing or bad parameter, a contradiction.
Schedule BuildSchedule(const Map& parameters, const ScheduleContext& context);

/// Likewise what listens, for a type that does; nothing for all others.
std::optional<Plateau> BuildPlateau(const Map& parameters, const ScheduleContext& context);

}  // namespace lrsweep
