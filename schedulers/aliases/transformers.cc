// Hugging Face transformers, optimization.py. Its schedulers are factors of the optimizer's rate
// (LambdaLR) that its Trainer advances once per optimizer step.
#include <stdexcept>
#include <string>
#include <utility>

#include "params/option_table.h"
#include "schedulers/aliases/libraries.h"
#include "schedulers/aliases/translation.h"
#include "schedulers/catalog.h"

namespace lrsweep {
namespace {

// ------------------------------------------------------------------------------ the parameters

Parameter WarmupSteps() {
  return TicksRow("num_warmup_steps", 0, 0, "ticks of the rise from 0; a share is of the whole");
}

Parameter TrainingSteps() {
  return TicksRow("num_training_steps", 1, "run", "ticks in all, the warm-up among them");
}

Parameter Cycles() {
  return RealRow("num_cycles", AtLeast(0), 0.5, "waves of the cosine; 0.5: down once");
}

std::vector<std::pair<std::string, std::string>> NotTaken() {
  return {{"last_epoch", "a schedule here always begins at its tick 0"}};
}

// ------------------------------------------------------------------------------ the translations

/// What falls after the warm-up: a formula of lr, t and `steps`, the tick and the length of that
/// part. `ramp` is a formula of the warm-up, of lr, t and `steps`; empty: a line from 0.
struct Fall {
  std::string formula;
  std::string ramp;
};

constexpr const char* kLine = "lr * t / steps";

/// Throws where the warm-up leaves nothing.
void RequireStepsAfterWarmup(const Map& parameters) {
  const auto* warmup = Get(parameters, "num_warmup_steps").As<int64_t>();
  const auto* total = Get(parameters, "num_training_steps").As<int64_t>();
  if (warmup == nullptr || total == nullptr || *warmup < *total) return;
  throw std::invalid_argument("num_training_steps " + std::to_string(*total) +
                              " is not above num_warmup_steps " + std::to_string(*warmup));
}

/// The ticks of the fall, where they are a number of ticks on its own clock.
std::optional<Value> FallSteps(const Map& parameters) {
  RequireStepsAfterWarmup(parameters);
  return TicksBetween(Get(parameters, "num_warmup_steps"), Get(parameters, "num_training_steps"));
}

/// Warm-up and fall in one formula, on the clock of the whole.
Map InOneFormula(const Map& parameters, const Fall& fall) {
  const std::string ramp =
      Replaced(fall.ramp.empty() ? kLine : fall.ramp, "steps", "num_warmup_steps");
  std::string formula = Replaced(fall.formula, "t", "(t - num_warmup_steps)");
  formula = Replaced(formula, "steps", "(num_training_steps - num_warmup_steps)");
  return FormulaOf("t < num_warmup_steps ? " + ramp + " : " + formula, parameters);
}

/// A fall for which the catalog has no type, after a warm-up.
Map Formulated(const Map& parameters, const AliasPlace& place, const Fall& fall) {
  const auto steps = FallSteps(parameters);
  if (!steps) return InOneFormula(parameters, fall);
  Map of_fall = parameters;
  of_fall["steps"] = *steps;
  Map formula = FormulaOf(fall.formula, of_fall);
  const Value& warmup = Get(parameters, "num_warmup_steps");
  if (fall.ramp.empty()) return AfterWarmup(warmup, std::move(formula), place);
  Map of_ramp = parameters;
  of_ramp["steps"] = "run";
  return OneAfterAnother(FormulaOf(fall.ramp, of_ramp), warmup, std::move(formula));
}

Map Constant(const Map&, const AliasPlace&) { return ConstantRate(); }

Map ConstantWithWarmup(const Map& parameters, const AliasPlace& place) {
  return AfterWarmup(Get(parameters, "num_warmup_steps"), ConstantRate(), place);
}

Map Linear(const Map& parameters, const AliasPlace& place) {
  const auto steps = FallSteps(parameters);
  if (!steps) return InOneFormula(parameters, {.formula = "lr * max(0, (steps - t) / steps)"});
  return AfterWarmup(
      Get(parameters, "num_warmup_steps"),
      {{"type", "LinearLR"}, {"start_factor", 1.0}, {"end_factor", 0.0}, {"total_iters", *steps}},
      place);
}

constexpr const char* kWave = "(1 + cos(pi * num_cycles * 2 * (t / steps))) / 2";

/// `formula`: the same as `cosine`, which has yet to get its length.
Map CosineTo(Map cosine, const std::string& formula, const Map& parameters,
             const AliasPlace& place) {
  const Value& warmup = Get(parameters, "num_warmup_steps");
  if (GetReal(parameters, "num_cycles") == 0) return AfterWarmup(warmup, ConstantRate(), place);
  const auto steps = FallSteps(parameters);
  if (!steps) return InOneFormula(parameters, {.formula = formula});
  cosine["T_max"] = *steps;
  cosine["num_cycles"] = Get(parameters, "num_cycles");
  return AfterWarmup(warmup, std::move(cosine), place);
}

Map Cosine(const Map& parameters, const AliasPlace& place) {
  return CosineTo({{"type", "CosineAnnealingLR"}}, std::string("lr * ") + kWave, parameters, place);
}

Map CosineWithRestarts(const Map& parameters, const AliasPlace& place) {
  const auto steps = FallSteps(parameters);
  if (!steps) {
    return InOneFormula(parameters, {.formula = "(t < steps ? lr * (1 + cos(pi * mod(num_cycles * "
                                                "(t / steps), 1))) / 2 : 0)"});
  }
  return AfterWarmup(Get(parameters, "num_warmup_steps"),
                     {{"type", "CosineWithHardRestarts"},
                      {"num_training_steps", *steps},
                      {"num_cycles", Get(parameters, "num_cycles")}},
                     place);
}

Map Polynomial(const Map& parameters, const AliasPlace& place) {
  const auto steps = FallSteps(parameters);
  // With power 0 PolynomialLR stays at the optimizer's rate after its end.
  if (steps && GetReal(parameters, "power") != 0) {
    return AfterWarmup(Get(parameters, "num_warmup_steps"),
                       {{"type", "PolynomialLR"},
                        {"total_iters", *steps},
                        {"power", Get(parameters, "power")},
                        {"lr_end", Get(parameters, "lr_end")}},
                       place);
  }
  return Formulated(
      parameters, place,
      {.formula = "lr_end + (t > steps ? 0 : (lr - lr_end) * (1 - t / steps) ^ power)"});
}

/// Throws unless one of the two is given.
bool HasMinLr(const Map& parameters) {
  const bool has_lr = !Get(parameters, "min_lr").IsNull();
  const bool has_rate = !Get(parameters, "min_lr_rate").IsNull();
  if (has_lr && has_rate) {
    throw std::invalid_argument("min_lr_rate and min_lr are two ways to say one thing: give one");
  }
  if (!has_lr && !has_rate) throw std::invalid_argument("min_lr or min_lr_rate is required");
  return has_lr;
}

/// A formula of `wave`, which falls from 1 to 0, down to the least rate.
std::string DownToMinLr(const Map& parameters, const std::string& wave) {
  if (HasMinLr(parameters)) return "min_lr + (lr - min_lr) * " + wave;
  return "lr * (" + wave + " * (1 - min_lr_rate) + min_lr_rate)";
}

Map CosineWithMinLr(const Map& parameters, const AliasPlace& place) {
  Map cosine = {{"type", "CosineAnnealingLR"}};
  if (HasMinLr(parameters)) {
    cosine["eta_min"] = Get(parameters, "min_lr");
  } else {
    cosine["eta_min_ratio"] = Get(parameters, "min_lr_rate");
  }
  return CosineTo(std::move(cosine), DownToMinLr(parameters, kWave), parameters, place);
}

/// The warm-up reaches 1 at its last tick, and the fall begins one tick further on.
Map CosineWarmupWithMinLr(const Map& parameters, const AliasPlace& place) {
  const bool from_rate = !Get(parameters, "warmup_lr_rate").IsNull();
  return Formulated(
      parameters, place,
      {.formula = DownToMinLr(parameters, Replaced(kWave, "t", "(t + 1)")),
       .ramp = from_rate ? "lr * (warmup_lr_rate + (1 - warmup_lr_rate) * t / max(1, steps - 1))"
                         : "lr * (t + 1) / steps"});
}

Map OfType(const std::string& type, Map parameters) {
  parameters["type"] = type;
  return parameters;
}

Map InverseSqrt(const Map& parameters, const AliasPlace&) {
  return OfType("InverseSqrt", parameters);
}

Map WarmupStableDecay(const Map& parameters, const AliasPlace&) {
  return OfType("WSD", parameters);
}

Map ReduceLrOnPlateau(const Map& parameters, const AliasPlace&) {
  return OfType("ReduceLROnPlateau", parameters);
}

/// The parameters of a type that has the original's own.
std::vector<Parameter> ParametersOf(const char* type) {
  return FindSchedulerType(type)->parameters;
}

/// num_warmup_steps may be left out, as in the Trainer.
std::vector<Parameter> WithWarmupOfZero(std::vector<Parameter> parameters) {
  for (Parameter& parameter : parameters) {
    if (parameter.name == "num_warmup_steps") parameter.default_value = 0;
  }
  return parameters;
}

Alias Named(Alias alias) {
  if (alias.default_interval.empty()) alias.default_interval = "step";
  alias.refused = NotTaken();
  return alias;
}

const char kMinLrHelp[] = "learning rate at the bottom; one of min_lr and min_lr_rate is required";
const char kMinLrRateHelp[] = "the same as a share of the optimizer's rate";

std::vector<Parameter> CosineWithMinLrParameters() {
  return {WarmupSteps(), TrainingSteps(), Cycles(),
          RealRow("min_lr", AtLeast(0), Value(), kMinLrHelp),
          RealRow("min_lr_rate", Between(0, 1), Value(), kMinLrRateHelp)};
}

}  // namespace

std::vector<Alias> TransformersAliases() {
  std::vector<Parameter> with_warmup_rate = CosineWithMinLrParameters();
  with_warmup_rate.push_back(
      RealRow("warmup_lr_rate", Between(0, 1), Value(),
              "share of the optimizer's rate at step 0; null: 1 / num_warmup_steps"));
  return {
      Named({.name = "transformers.linear",
             .summary = "a warm-up from 0, then a line to 0",
             .source = "transformers.get_linear_schedule_with_warmup",
             .example = "{type: transformers.linear, num_warmup_steps: 5%}",
             .warmup = "num_warmup_steps",
             .parameters = {WarmupSteps(), TrainingSteps()},
             .translate = Linear}),
      Named({.name = "transformers.cosine",
             .summary = "a warm-up from 0, then half a cosine to 0",
             .notes = "After num_training_steps the cosine rises again.",
             .source = "transformers.get_cosine_schedule_with_warmup",
             .example = "{type: transformers.cosine, num_warmup_steps: 5%}",
             .warmup = "num_warmup_steps",
             .parameters = {WarmupSteps(), TrainingSteps(), Cycles()},
             .translate = Cosine}),
      Named({.name = "transformers.cosine_with_restarts",
             .summary = "a warm-up from 0, then half cosines to 0 one after another",
             .notes = "Every cycle begins at the optimizer's rate; the rate is 0 from "
                      "num_training_steps on.",
             .source = "transformers.get_cosine_with_hard_restarts_schedule_with_warmup",
             .example =
                 "{type: transformers.cosine_with_restarts, num_warmup_steps: 5%, num_cycles: 3}",
             .warmup = "num_warmup_steps",
             .parameters = {WarmupSteps(),
                            TrainingSteps(),
                            {.name = "num_cycles",
                             .kind = Kind::kInteger,
                             .default_value = 1,
                             .range = AtLeast(1),
                             .help = "how many half cosines"}},
             .translate = CosineWithRestarts}),
      Named({.name = "transformers.polynomial",
             .summary = "a warm-up from 0, then a power of the time that is left, down to lr_end",
             .notes = "The original refuses an lr_end that is not below the optimizer's rate.",
             .source = "transformers.get_polynomial_decay_schedule_with_warmup",
             .example = "{type: transformers.polynomial, num_warmup_steps: 5%, power: 2}",
             .warmup = "num_warmup_steps",
             .parameters = {WarmupSteps(), TrainingSteps(),
                            RealRow("lr_end", AtLeast(0), 1e-7, "learning rate at the end"),
                            RealRow("power", AtLeast(0), 1.0, "1: a line; above: steeper first")},
             .translate = Polynomial}),
      Named({.name = "transformers.constant",
             .summary = "the optimizer's rate throughout",
             .source = "transformers.get_constant_schedule",
             .example = "{type: transformers.constant}",
             .translate = Constant}),
      Named({.name = "transformers.constant_with_warmup",
             .summary = "a warm-up from 0, then the optimizer's rate",
             .source = "transformers.get_constant_schedule_with_warmup",
             .example = "{type: transformers.constant_with_warmup, num_warmup_steps: 5%}",
             .warmup = "num_warmup_steps",
             .parameters = {WarmupSteps()},
             .translate = ConstantWithWarmup}),
      Named({.name = "transformers.inverse_sqrt",
             .summary = "a warm-up from 0, then the inverse square root of the time",
             .source = "transformers.get_inverse_sqrt_schedule",
             .example = "{type: transformers.inverse_sqrt, num_warmup_steps: 10%}",
             .warmup = "num_warmup_steps",
             .parameters = WithWarmupOfZero(ParametersOf("InverseSqrt")),
             .translate = InverseSqrt}),
      Named({.name = "transformers.reduce_lr_on_plateau",
             .summary = "the rate falls when a metric no longer improves",
             .notes = "It takes metric as well: what the original's Trainer calls "
                      "metric_for_best_model.",
             .source = "transformers.get_reduce_on_plateau_schedule, PyTorch's ReduceLROnPlateau",
             .example = "{type: transformers.reduce_lr_on_plateau, factor: 0.5, patience: 3}",
             .default_interval = "epoch",
             .epoch_only = true,
             .parameters = ParametersOf("ReduceLROnPlateau"),
             .translate = ReduceLrOnPlateau}),
      Named({.name = "transformers.cosine_with_min_lr",
             .summary = "a warm-up from 0, then half a cosine to min_lr",
             .notes = "After num_training_steps the cosine rises again.",
             .source = "transformers.get_cosine_with_min_lr_schedule_with_warmup",
             .example =
                 "{type: transformers.cosine_with_min_lr, num_warmup_steps: 5%, min_lr_rate: 0.1}",
             .warmup = "num_warmup_steps",
             .parameters = CosineWithMinLrParameters(),
             .translate = CosineWithMinLr}),
      Named({.name = "transformers.cosine_warmup_with_min_lr",
             .summary = "as cosine_with_min_lr, but the warm-up begins above 0",
             .notes =
                 "One tick ahead of cosine_with_min_lr: the warm-up is at the optimizer's rate "
                 "at its last\ntick, the cosine begins a tick further on and is at its bottom "
                 "at the last tick.",
             .source = "transformers.get_cosine_with_min_lr_schedule_with_warmup_lr_rate",
             .example = "{type: transformers.cosine_warmup_with_min_lr, num_warmup_steps: 5%, "
                        "min_lr_rate: 0.1, warmup_lr_rate: 0.01}",
             .warmup = "num_warmup_steps",
             .parameters = std::move(with_warmup_rate),
             .translate = CosineWarmupWithMinLr}),
      Named({.name = "transformers.warmup_stable_decay",
             .summary = "a warm-up, the optimizer's rate, a decay",
             .source = "transformers.get_wsd_schedule",
             .example = "{type: transformers.warmup_stable_decay, num_warmup_steps: 5%, "
                        "num_decay_steps: 20%}",
             .warmup = "num_warmup_steps",
             .parameters = WithWarmupOfZero(ParametersOf("WSD")),
             .translate = WarmupStableDecay}),
  };
}

}  // namespace lrsweep
