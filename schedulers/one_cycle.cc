#include "schedulers/one_cycle.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <utility>
#include <vector>

#include "schedulers/scheduler_type.h"

namespace lrsweep {
namespace {

const OptionTable<OneCycleLrOptions>& Table() {
  static const OptionTable<OneCycleLrOptions> table = {
      {&OneCycleLrOptions::max_lr,
       kRequired,
       {.name = "max_lr", .range = AtLeast(0), .help = "learning rate at the peak"}},
      {&OneCycleLrOptions::total_steps,
       {.name = "total_steps",
        .default_value = Value(),
        .range = AtLeast(1),
        .counts_ticks = true,
        .null_is_run = true,
        .help = "ticks of the interval in the cycle; null: epochs * steps_per_epoch where they are "
                "given, else run"}},
      {&OneCycleLrOptions::pct_start,
       {.name = "pct_start",
        .range = Between(0, 1),
        .help = "share of the cycle in which the rate rises"}},
      {&OneCycleLrOptions::anneal_strategy,
       {{"cos", AnnealStrategy::kCos}, {"linear", AnnealStrategy::kLinear}},
       {.name = "anneal_strategy", .help = "half a cosine or a line"}},
      {&OneCycleLrOptions::cycle_momentum,
       {.name = "cycle_momentum",
        .help = "whether the momentum cycles too, against the learning rate"}},
      {&OneCycleLrOptions::base_momentum,
       {.name = "base_momentum", .range = Between(0, 1), .help = "momentum at the peak"}},
      {&OneCycleLrOptions::max_momentum,
       {.name = "max_momentum",
        .range = Between(0, 1),
        .help = "momentum at the start and the end"}},
      {&OneCycleLrOptions::div_factor,
       {.name = "div_factor",
        .range = Above(0),
        .help = "the initial rate is max_lr / div_factor"}},
      {&OneCycleLrOptions::final_div_factor,
       {.name = "final_div_factor",
        .range = Above(0),
        .help = "the final rate is the initial one / final_div_factor"}},
      {&OneCycleLrOptions::three_phase,
       {.name = "three_phase",
        .help = "whether it falls to the initial rate first, then to the final one"}},
  };
  return table;
}

/// The other way to say how long the cycle is.
std::vector<Parameter> EpochsAndSteps() {
  return {{.name = "epochs",
           .kind = Kind::kInteger,
           .default_value = Value(),
           .range = AtLeast(1),
           .help = "with steps_per_epoch: total_steps is their product; unused beside total_steps"},
          {.name = "steps_per_epoch",
           .kind = Kind::kInteger,
           .default_value = Value(),
           .range = AtLeast(1),
           .help = "ticks of the interval, not of the trial's own epochs; see epochs"}};
}

const int64_t* Integer(const Map& parameters, const std::string& name) {
  const Value* value = Find(parameters, name);
  return value == nullptr ? nullptr : value->As<int64_t>();
}

bool HasTotalSteps(const Map& parameters) {
  const Value* total = Find(parameters, "total_steps");
  return total != nullptr && !total->IsNull();
}

/// The parameters with the product as total_steps, where that is how its length is given. Throws
/// where only one of the factors is there.
Map WithTotalSteps(Map parameters) {
  if (HasTotalSteps(parameters)) return parameters;
  const int64_t* epochs = Integer(parameters, "epochs");
  const int64_t* steps = Integer(parameters, "steps_per_epoch");
  if (epochs == nullptr && steps == nullptr) return parameters;
  if (epochs == nullptr) throw std::invalid_argument("steps_per_epoch needs epochs beside it");
  if (steps == nullptr) throw std::invalid_argument("epochs needs steps_per_epoch beside it");
  const bool endless = *epochs > kLongerThanAnyRun / *steps;
  parameters["total_steps"] = endless ? kLongerThanAnyRun : *epochs * *steps;
  return parameters;
}

/// The way from one pair of rates to another, up to `end` (a tick, perhaps a fraction).
struct Phase {
  double end;
  Rates from;
  Rates to;
};

std::vector<Phase> PhasesOf(const OneCycleLrOptions& options) {
  const double initial_lr = options.max_lr / options.div_factor;
  const Rates start = {initial_lr, options.max_momentum};
  const Rates peak = {options.max_lr, options.base_momentum};
  const Rates end = {initial_lr / options.final_div_factor, options.max_momentum};
  const auto total = static_cast<double>(options.total_steps);
  const Phase rise = {options.pct_start * total - 1, start, peak};
  if (!options.three_phase) return {rise, {total - 1, peak, end}};
  return {rise, {2 * options.pct_start * total - 2, peak, start}, {total - 1, start, end}};
}

double Anneal(AnnealStrategy strategy, double from, double to, double share) {
  if (strategy == AnnealStrategy::kLinear) return (to - from) * share + from;
  return to + (from - to) / 2.0 * (std::cos(std::numbers::pi * share) + 1);
}

std::vector<Span> Spans(const OneCycleLrOptions& options) {
  return {{"total_steps", "the cycle", 0, options.total_steps}};
}

std::vector<std::string> Overrides(const OneCycleLrOptions& options) {
  return OverriddenByOwnRates(options.cycle_momentum);
}

}  // namespace

Schedule OneCycleLr(const OneCycleLrOptions& options, double momentum) {
  Table().RequireInRange(options);
  if (options.cycle_momentum) {
    RequireOrder("base_momentum", options.base_momentum, "max_momentum", options.max_momentum);
  }
  return [options, momentum, phases = PhasesOf(options)](int64_t tick) {
    const auto now = static_cast<double>(std::min(tick, options.total_steps - 1));
    double start = 0;
    size_t i = 0;
    while (i + 1 < phases.size() && now > phases[i].end) start = phases[i++].end;
    const Phase& phase = phases[i];
    const double share = phase.end == start ? 1 : (now - start) / (phase.end - start);
    Rates rates;
    rates.lr = Anneal(options.anneal_strategy, phase.from.lr, phase.to.lr, share);
    rates.momentum = options.cycle_momentum ? Anneal(options.anneal_strategy, phase.from.momentum,
                                                     phase.to.momentum, share)
                                            : momentum;
    return rates;
  };
}

SchedulerType OneCycleLrType() {
  SchedulerType type = FromTable<OneCycleLrOptions>(
      {.name = "OneCycleLR",
       .summary = "rises to max_lr and falls far below, once, the momentum against it",
       .formula =
           "from max_lr / div_factor up to max_lr at tick pct_start * total_steps - 1,\n"
           "down to max_lr / div_factor / final_div_factor at tick total_steps - 1, then held;\n"
           "three_phase: back to max_lr / div_factor at 2 * pct_start * total_steps - 2 in "
           "between;\n"
           "between a and b over the share p: b + (a - b) * (1 + cos(pi * p)) / 2, or a + (b - a) "
           "* p",
       .source = "torch.optim.lr_scheduler.OneCycleLR; Smith and Topin, arXiv:1708.07120",
       .example = "{type: OneCycleLR, max_lr: 0.1, total_steps: run}",
       .default_interval = "step",
       .horizon = "total_steps",
       .rises_on_purpose = true},
      Table(), OneCycleLr, Overrides);
  for (Parameter& parameter : EpochsAndSteps()) type.parameters.push_back(std::move(parameter));
  type.build = [build = type.build](const Map& parameters, const ScheduleContext& context) {
    return build(WithTotalSteps(parameters), context);
  };
  type.overrides = [overrides = type.overrides](const Map& parameters) {
    std::vector<std::string> paths = overrides(WithTotalSteps(parameters));
    for (const char* name : {"epochs", "steps_per_epoch"}) {
      if (!HasTotalSteps(parameters) || Integer(parameters, name) == nullptr) continue;
      paths.push_back(std::string("scheduler.") + name);
    }
    return paths;
  };
  type.spans = [spans = SpansFrom(Table(), Spans)](const Map& parameters, int64_t run_ticks) {
    std::vector<Span> all = spans(WithTotalSteps(parameters), run_ticks);
    const bool by_epochs = !HasTotalSteps(parameters) && Integer(parameters, "epochs") != nullptr;
    if (by_epochs) all.front().parameter = "epochs";
    return all;
  };
  return type;
}

}  // namespace lrsweep
