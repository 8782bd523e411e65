// The names of timm: their tables of parameters.
#include <string>
#include <utility>

#include "params/option_table.h"
#include "schedulers/aliases/libraries.h"
#include "schedulers/aliases/timm_translations.h"
#include "schedulers/aliases/translation.h"
#include "schedulers/catalog.h"

namespace lrsweep {
namespace {

using Refusals = std::vector<std::pair<std::string, std::string>>;

Refusals NotTaken() {
  const std::string noise =
      "its noise is random; a schedule here gives one rate for one tick, so that equal trials have "
      "equal rates";
  return {{"noise_range_t", noise},
          {"noise_pct", noise},
          {"noise_std", noise},
          {"noise_seed", noise},
          {"noise_type", noise},
          {"t_in_epochs", "write interval: epoch or interval: step"},
          {"initialize", "a schedule here always begins at the optimizer's rate"},
          {"optimizer", "the optimizer has a section of its own"}};
}

Parameter Length() { return TicksRow("t_initial", 1, "run", "ticks of the first cycle"); }

Parameter LrMin() { return RealRow("lr_min", AtLeast(0), 0.0, "learning rate at the end"); }

void AddCycles(std::vector<Parameter>& parameters) {
  parameters.push_back(
      RealRow("cycle_mul", AtLeast(1), 1.0, "how much longer each cycle is than the one before"));
  parameters.push_back(
      RealRow("cycle_decay", AtLeast(0), 1.0, "factor of the peak from cycle to cycle"));
  parameters.push_back({.name = "cycle_limit",
                        .kind = Kind::kInteger,
                        .default_value = 1,
                        .range = AtLeast(1),
                        .help = "how many cycles; then lr_min holds"});
}

Parameter KDecay() {
  return RealRow("k_decay", Above(0), 1.0, "power of the time; above 1: high for longer");
}

void AddWarmup(std::vector<Parameter>& parameters) {
  parameters.push_back(TicksRow("warmup_t", 0, 0, "ticks of the rise; a share is of the whole"));
  parameters.push_back(
      RealRow("warmup_lr_init", AtLeast(0), 0.0, "learning rate at tick 0 of the warm-up"));
}

/// `by_default`: what the class has.
void AddWarmupWithPrefix(std::vector<Parameter>& parameters, bool by_default) {
  AddWarmup(parameters);
  parameters.push_back({.name = "warmup_prefix",
                        .kind = Kind::kBoolean,
                        .default_value = by_default,
                        .help = "true: the schedule starts after the warm-up, and its shares are "
                                "of what is left; false: under it"});
}

std::vector<Parameter> Cyclic(std::vector<Parameter> own) {
  AddCycles(own);
  AddWarmupWithPrefix(own, false);
  return own;
}

std::vector<Parameter> Stepwise(std::vector<Parameter> own) {
  own.push_back(RealRow("decay_rate", Above(0), 1.0, "factor of each decay"));
  AddWarmupWithPrefix(own, true);
  return own;
}

/// `stable` and `decay`: the defaults.
std::vector<Parameter> WsdParameters(const std::vector<std::string>& stable,
                                     const std::vector<std::string>& decay) {
  const Range share = {.minimum = 0, .maximum = 1, .open_minimum = true, .open_maximum = true};
  std::vector<Parameter> parameters = {
      TicksRow("t_initial", 1, "run", "ticks in all, without the warm-up"),
      TicksRow("decay_t", 1, std::nullopt, "ticks of the decay, the last ones of t_initial"),
      LrMin(),
      ChoiceRow("stable_fn", stable, "what comes before the decay"),
      RealRow("stable_timescale", Above(0), Value(),
              "ticks, for stable_fn rsqrt and power; null: warmup_t"),
      RealRow("stable_power", Above(0), 0.5, "for stable_fn power"),
      ChoiceRow("decay_fn", decay, "how it falls"),
      RealRow("decay_power", Above(0), 0.5, "for decay_fn power"),
      RealRow("decay_ratio", share, 0.1, "for decay_fn exp")};
  AddWarmup(parameters);
  return parameters;
}

std::vector<Parameter> PlateauParameters() {
  std::vector<Parameter> parameters;
  const std::vector<std::pair<std::string, std::string>> names = {{"metric", "metric"},
                                                                  {"decay_rate", "factor"},
                                                                  {"patience_t", "patience"},
                                                                  {"threshold", "threshold"},
                                                                  {"cooldown_t", "cooldown"},
                                                                  {"lr_min", "min_lr"},
                                                                  {"mode", "mode"}};
  for (const auto& [name, ours] : names) {
    for (const Parameter& parameter : FindSchedulerType("ReduceLROnPlateau")->parameters) {
      if (parameter.name != ours) continue;
      parameters.push_back(parameter);
      parameters.back().name = name;
      if (name == "metric") parameters.back().default_value = "val_accuracy";
      if (name == "mode") parameters.back().default_value = "max";
    }
  }
  return parameters;
}

Refusals NotTakenByPlateau() {
  Refusals refused = NotTaken();
  const std::string why =
      "its warm-up sets the rate once an epoch; write warmup: {steps: ..., start_factor: 0}, which "
      "rises with every step";
  refused.emplace_back("warmup_t", why);
  refused.emplace_back("warmup_lr_init", why);
  return refused;
}

Alias Named(Alias alias) {
  alias.default_interval = "epoch";
  if (alias.refused.empty()) alias.refused = NotTaken();
  return alias;
}

const std::vector<std::string> kStable = {"constant", "rsqrt", "power"};
const std::vector<std::string> kDecays = {"1-sqrt", "linear", "cosine", "power", "exp"};
const char kUnderWarmup[] =
    "With warmup_prefix false, the default, the schedule's own clock runs under the warm-up: the "
    "rate\nmay fall at the warm-up's end.";

}  // namespace

std::vector<Alias> TimmAliases() {
  std::vector<Parameter> step_own = {
      TicksRow("decay_t", 1, std::nullopt, "ticks from one decay to the next")};
  std::vector<Parameter> milestones = {{.name = "decay_t",
                                        .kind = Kind::kIntegerList,
                                        .range = AtLeast(1),
                                        .counts_ticks = true,
                                        .help = "ticks of the decays, increasing"}};
  std::vector<Parameter> constant;
  AddWarmup(constant);
  return {
      Named({.name = "timm.cosine",
             .summary = "half a cosine to lr_min, or several, each lower and longer",
             .notes = std::string("After the last cycle lr_min holds. ") + kUnderWarmup,
             .source = "timm.scheduler.CosineLRScheduler",
             .example = "{type: timm.cosine, lr_min: 0.0001, warmup_t: 10%}",
             .warmup = "warmup_t",
             .parameters = Cyclic({Length(), LrMin(), KDecay()}),
             .translate = timm::Cosine}),
      Named({.name = "timm.tanh",
             .summary = "a hyperbolic tangent from the optimizer's rate to lr_min",
             .notes = std::string("Tick 0 has the optimizer's rate itself. ") + kUnderWarmup,
             .source = "timm.scheduler.TanhLRScheduler; arXiv:1806.01593",
             .example = "{type: timm.tanh, lr_min: 0.0001}",
             .warmup = "warmup_t",
             .parameters =
                 Cyclic({Length(), LrMin(),
                         RealRow("lb", {}, -7.0, "where on the tangent a cycle begins; below ub"),
                         RealRow("ub", {}, 3.0, "where it ends")}),
             .translate = timm::Tanh}),
      Named({.name = "timm.step",
             .summary = "the rate falls by decay_rate every decay_t ticks",
             .notes = "decay_rate is 1 by default, as in the class: give one.",
             .source = "timm.scheduler.StepLRScheduler",
             .example = "{type: timm.step, decay_t: 25%, decay_rate: 0.5}",
             .warmup = "warmup_t",
             .parameters = Stepwise(std::move(step_own)),
             .translate = timm::Step}),
      Named({.name = "timm.multistep",
             .summary = "the rate falls by decay_rate at given ticks",
             .notes = "A milestone m counts from tick m - 1 on, one tick before PyTorch's.",
             .source = "timm.scheduler.MultiStepLRScheduler",
             .example = "{type: timm.multistep, decay_t: [50%, 75%], decay_rate: 0.1}",
             .warmup = "warmup_t",
             .parameters = Stepwise(std::move(milestones)),
             .translate = timm::MultiStep}),
      Named({.name = "timm.plateau",
             .summary = "the rate falls when a metric no longer improves",
             .notes = "mode is max by default, and metric val_accuracy.",
             .source = "timm.scheduler.PlateauLRScheduler, PyTorch's ReduceLROnPlateau",
             .example = "{type: timm.plateau, decay_rate: 0.5, patience_t: 3}",
             .epoch_only = true,
             .parameters = PlateauParameters(),
             .refused = NotTakenByPlateau(),
             .translate = timm::OnPlateau}),
      Named({.name = "timm.poly",
             .summary = "a power of the time that is left, down to lr_min",
             .notes = std::string("After the last cycle lr_min holds. ") + kUnderWarmup,
             .source = "timm.scheduler.PolyLRScheduler",
             .example = "{type: timm.poly, power: 2}",
             .warmup = "warmup_t",
             .parameters = Cyclic(
                 {Length(), RealRow("power", AtLeast(0), 0.5, "1: a line; above: steeper first"),
                  LrMin(), KDecay()}),
             .translate = timm::Polynomial}),
      Named(
          {.name = "timm.wsd",
           .summary = "a warm-up, a stable rate, a decay in the last decay_t ticks",
           .notes =
               "lr_min is reached at tick t_initial, which is one after the last tick of the run.",
           .source = "timm.scheduler.WSDLRScheduler",
           .example = "{type: timm.wsd, warmup_t: 5%, decay_t: 20%}",
           .warmup = "warmup_t",
           .parameters = WsdParameters(kStable, kDecays),
           .translate = timm::Wsd}),
      Named({.name = "timm.rsqrt",
             .summary = "the inverse square root of the time, then a decay",
             .source = "timm.scheduler.WSDLRScheduler, as create_scheduler calls it for rsqrt",
             .example = "{type: timm.rsqrt, stable_timescale: 2, decay_t: 20%}",
             .warmup = "warmup_t",
             .parameters = WsdParameters({"rsqrt", "power", "constant"},
                                         {"linear", "1-sqrt", "cosine", "power", "exp"}),
             .translate = timm::Wsd}),
      Named({.name = "timm.constant",
             .summary = "a warm-up, then the optimizer's rate",
             .source = "timm.scheduler.StepLRScheduler, as create_scheduler calls it for constant",
             .example = "{type: timm.constant, warmup_t: 10%}",
             .warmup = "warmup_t",
             .parameters = std::move(constant),
             .translate = timm::Constant}),
  };
}

}  // namespace lrsweep
