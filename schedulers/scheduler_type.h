// A type of schedule as the catalog knows it: its name, help text, parameters, and how to build it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "params/option_table.h"
#include "params/parameter.h"
#include "params/value.h"
#include "schedulers/plateau.h"
#include "schedulers/schedule.h"
#include "schedulers/spans.h"

namespace lrsweep {

/// What a schedule depends on besides its own parameters.
struct ScheduleContext {
  double lr = 0;          // the optimizer's; unused by types that override it
  double momentum = 0;    // the optimizer's; unused where the schedule cycles it
  int64_t run_ticks = 0;  // the value of "run": the schedule's length, in ticks of its interval
  double ticks_per_epoch = 1;
  bool as_factor = false;  // in ChainedScheduler: lr is 1, the rates are shares of the optimizer's
};

struct SchedulerType {
  std::string name{};              // PyTorch's where it has the type
  std::string summary{};           // one line
  std::string formula{};           // plain text, one to a few lines
  std::string source{};            // PyTorch's class, paper, library
  std::string example{};           // one entry in YAML
  std::string default_interval{};  // "epoch" or "step", as PyTorch documents for the type
  bool epoch_only = false;         // refuses `interval: step`
  std::string horizon{};           // the parameter that should be the run's length; empty: none
  bool rises_on_purpose = false;   // is meant to rise above the optimizer's rate
  /// Its rate is the rate before it times a factor of the tick alone, so ChainedScheduler takes it.
  bool chains_as_factor = false;
  std::string not_a_factor{};    // why it does not; empty: its rate depends on the path
  std::string not_composable{};  // why no composed schedule can contain it; empty: one can
  SpansOf spans{};               // what it does at which ticks; empty: nothing that has an end
  /// Whether parameters ask for a constant rate in so many words; empty: none do.
  std::function<bool(const Map& parameters)> asks_for_constant{};

  // The rest follows from the type's table of options (FromTable).

  std::vector<Parameter> parameters{};  // without `type` and CommonParameters

  /// The parameters that have no effect with these ones, as dotted paths: "optimizer.lr" under
  /// CyclicLR, "scheduler.gamma" under CyclicLR outside exp_range, "scheduler.schedulers.0.gamma"
  /// for a member of a composed schedule. They are no part of a trial's identity.
  std::function<std::vector<std::string>(const Map& parameters)> overrides{};

  /// The schedule of `parameters`, which are as Coerce returns them; one that is left out has its
  /// default. Of a type that follows a metric: its initial rate. Throws std::invalid_argument,
  /// beginning with the parameter's name, where parameters contradict each other, where "run" has
  /// no tick, and where a nested scheduler is bad or cannot stand there.
  std::function<Schedule(const Map& parameters, const ScheduleContext& context)> build{};

  /// Of a type that follows a metric: its state machine. Empty for all others.
  std::function<Plateau(const Map& parameters, const ScheduleContext& context)> build_plateau{};

  /// Throws as `build` does for a run that is longer than any: what is wrong whatever the run.
  void Check(const Map& scheduler) const;

  /// Whether it is made of others: then one parameter is of Kind::kSchedulers.
  bool composed() const;
};

/// Completes `type` by its table: parameters, `overrides` and `build`. `make` is the schedule's own
/// function: make(options, optimizer's Rates), make(options, momentum) where the schedule has
/// rates of its own, or make(options, context) where it depends on more. `overrides` lists the
/// parameters without effect; null: none. `table` must live as long as the program.
template <typename Options, typename Make>
SchedulerType FromTable(SchedulerType type, const OptionTable<Options>& table, Make make,
                        std::vector<std::string> (*overrides)(const Options&) = nullptr) {
  type.parameters = table.parameters();
  type.overrides = [&table, overrides](const Map& parameters) -> std::vector<std::string> {
    if (overrides == nullptr) return {};
    return overrides(table.Read(parameters, kLongerThanAnyRun));
  };
  type.build = [&table, make](const Map& parameters, const ScheduleContext& context) -> Schedule {
    const Options options = table.Read(parameters, context.run_ticks);
    if constexpr (std::is_invocable_v<Make, const Options&, const ScheduleContext&>) {
      return make(options, context);
    } else if constexpr (std::is_invocable_v<Make, const Options&, Rates>) {
      return make(options, Rates{context.lr, context.momentum});
    } else {
      return make(options, context.momentum);
    }
  };
  return type;
}

/// For `overrides` of types that have rates of their own and may cycle the momentum: the
/// optimizer's rate, and its momentum or else the bounds of the cycle.
std::vector<std::string> OverriddenByOwnRates(bool cycle_momentum);

}  // namespace lrsweep
