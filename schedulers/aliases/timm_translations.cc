// timm, timm/scheduler. Its schedulers give the rate of a tick t from 0: an epoch, or with
// t_in_epochs=False an update. An optimizer keeps the rate that it has until the first call, which
// comes after tick 0: so tick 0 has warmup_lr_init, or the optimizer's rate where there is no
// warm-up, whatever the formula says of it.
#include "schedulers/aliases/timm_translations.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "params/ticks.h"
#include "schedulers/aliases/translation.h"

namespace lrsweep::timm {
namespace {

constexpr const char* kRamp = "warmup_lr_init + (lr - warmup_lr_init) * t / warmup_t";

/// `schedule` after the warm-up, from its own tick 0.
Map BehindWarmup(const Map& parameters, Map schedule, const AliasPlace& place) {
  const Value& ticks = Get(parameters, "warmup_t");
  if (GetReal(parameters, "warmup_lr_init") == 0) {
    return AfterWarmup(ticks, std::move(schedule), place);
  }
  return OneAfterAnother(FormulaOf(Replaced(kRamp, "warmup_t", "T"), parameters), ticks,
                         std::move(schedule));
}

bool StartsBehindWarmup(const Map& parameters) {
  return IsZero(parameters, "warmup_t") || Get(parameters, "warmup_prefix") == Value(true);
}

/// A schedule that the catalog has no type for: `formula` of lr and t.
Map Formulated(const Map& parameters, const AliasPlace& place, const std::string& formula) {
  if (StartsBehindWarmup(parameters)) {
    return BehindWarmup(parameters, FormulaOf(formula, parameters), place);
  }
  return FormulaOf(std::string("t < warmup_t ? ") + kRamp + " : " + formula, parameters);
}

bool IsOneCycle(const Map& parameters) { return Get(parameters, "cycle_limit") == Value(1); }

/// A fall from the peak to lr_min in each cycle. `fall`: a formula of `peak`, `time` (ticks in the
/// cycle) and `length` (of the cycle).
std::string InCycles(const Map& parameters, const std::string& fall) {
  const auto with = [&fall](const char* peak, const char* time, const char* length) {
    return Replaced(Replaced(Replaced(fall, "peak", peak), "time", time), "length", length);
  };
  if (IsOneCycle(parameters)) {
    return "(t < t_initial ? " + with("lr", "t", "t_initial") + " : lr_min)";
  }
  std::string cycle = "floor(t / t_initial)";
  std::string formula = with("(lr * cycle_decay ^ cycle)", "mod(t, t_initial)", "t_initial");
  if (GetReal(parameters, "cycle_mul") != 1) {
    cycle = "floor(log(1 - t / t_initial * (1 - cycle_mul)) / log(cycle_mul))";
    formula = with("(lr * cycle_decay ^ cycle)",
                   "(t - (1 - cycle_mul ^ cycle) / (1 - cycle_mul) * t_initial)",
                   "(cycle_mul ^ cycle * t_initial)");
  }
  return Replaced("(cycle < cycle_limit ? " + formula + " : lr_min)", "cycle", cycle);
}

/// `plain` raised to k_decay, where that is not 1.
std::string Raised(const Map& parameters, const std::string& plain) {
  return GetReal(parameters, "k_decay") == 1 ? plain : plain + " ^ k_decay";
}

std::string Progress(const Map& parameters) {
  return Raised(parameters, "time") + " / " + Raised(parameters, "length");
}

/// Whether CosineAnnealingWarmRestarts has these cycles: whole ticks, peaks that do not rise.
bool HasRestartsOfCatalog(const Map& parameters) {
  const double longer = GetReal(parameters, "cycle_mul");
  const double decay = GetReal(parameters, "cycle_decay");
  return IsOneCycle(parameters) || (longer == std::floor(longer) && decay > 0 && decay <= 1);
}

Map CosineOfCatalog(const Map& parameters) {
  const Value& length = Get(parameters, "t_initial");
  Map cosine = {{"eta_min", Get(parameters, "lr_min")}, {"k_decay", Get(parameters, "k_decay")}};
  if (IsOneCycle(parameters) && length == Value(kWholeRun)) {
    cosine["type"] = "CosineAnnealingLR";
    cosine["T_max"] = length;
    return cosine;
  }
  cosine["type"] = "CosineAnnealingWarmRestarts";
  cosine["T_0"] = length;
  cosine["cycle_limit"] = Get(parameters, "cycle_limit");
  if (IsOneCycle(parameters)) return cosine;
  cosine["T_mult"] = static_cast<int64_t>(GetReal(parameters, "cycle_mul"));
  cosine["cycle_decay"] = Get(parameters, "cycle_decay");
  return cosine;
}

/// How many milestones have passed at t, as arithmetic: m has at t = m - 1.
std::string PassedMilestones(const List& milestones) {
  std::string sum = "0";
  for (const Value& milestone : milestones) {
    sum += " + (t + 1 >= " + TicksText(milestone) + ")";
  }
  return sum;
}

/// The ticks at which MultiStepLR would decay, none before `first`. Nothing where it could not: a
/// share less 1 is no share.
std::optional<List> ShiftedMilestones(const List& milestones, int64_t first) {
  List shifted;
  for (const Value& milestone : milestones) {
    const auto* tick = milestone.As<int64_t>();
    if (tick == nullptr) return std::nullopt;
    shifted.emplace_back(std::max(first, *tick - 1));
  }
  return shifted;
}

/// Throws where a milestone that is a number is below the number before it.
void RequireNotDecreasing(const List& milestones) {
  int64_t last = 0;
  for (const Value& milestone : milestones) {
    const auto* tick = milestone.As<int64_t>();
    if (tick == nullptr) continue;
    if (*tick < last) {
      throw std::invalid_argument("decay_t must increase: " + std::to_string(*tick) +
                                  " comes after " + std::to_string(last));
    }
    last = *tick;
  }
}

std::string StableFormula(const Map& parameters) {
  const std::string& stable = GetText(parameters, "stable_fn");
  if (stable == "constant") return "lr";
  std::string timescale = "stable_timescale";
  if (Get(parameters, "stable_timescale").IsNull()) {
    if (Get(parameters, "warmup_t").As<int64_t>() == nullptr || IsZero(parameters, "warmup_t")) {
      throw std::invalid_argument(
          "stable_timescale is required where warmup_t is 0 or a share of the run");
    }
    timescale = "warmup_t";
  }
  return "lr * (1 + t / " + timescale + ") ^ -" + (stable == "rsqrt" ? "0.5" : "stable_power");
}

/// From 1 to 0 while `done` goes from 0 to 1.
std::string DecayFormula(const Map& parameters) {
  const std::string& decay = GetText(parameters, "decay_fn");
  if (decay == "linear") return "(1 - done)";
  if (decay == "1-sqrt") return "(1 - sqrt(done))";
  if (decay == "cosine") return "(1 + cos(pi * done)) / 2";
  if (decay == "power") return "(1 - done ^ decay_power)";
  return "(decay_ratio ^ done - decay_ratio) / (1 - decay_ratio)";
}

/// A decay from the optimizer's rate to 0.
Map WsdOfCatalog(const Map& parameters) {
  const std::string& decay = GetText(parameters, "decay_fn");
  Map wsd = {{"type", "WSD"},
             {"num_warmup_steps", 0},
             {"num_training_steps", Get(parameters, "t_initial")},
             {"num_decay_steps", Get(parameters, "decay_t")},
             {"decay_type", decay == "exp" ? "exponential" : decay}};
  if (decay == "exp") wsd["decay_ratio"] = Get(parameters, "decay_ratio");
  if (decay == "power") wsd["decay_power"] = Get(parameters, "decay_power");
  return wsd;
}

}  // namespace

Map Cosine(const Map& parameters, const AliasPlace& place) {
  if (StartsBehindWarmup(parameters) && HasRestartsOfCatalog(parameters)) {
    return BehindWarmup(parameters, CosineOfCatalog(parameters), place);
  }
  return Formulated(parameters, place,
                    InCycles(parameters, "lr_min + (peak - lr_min) * (1 + cos(pi * " +
                                             Progress(parameters) + ")) / 2"));
}

Map Polynomial(const Map& parameters, const AliasPlace& place) {
  // With power 0 PolynomialLR stays at the optimizer's rate after its end.
  const bool has_type = IsOneCycle(parameters) && GetReal(parameters, "power") != 0;
  if (StartsBehindWarmup(parameters) && has_type) {
    return BehindWarmup(parameters,
                        {{"type", "PolynomialLR"},
                         {"total_iters", Get(parameters, "t_initial")},
                         {"power", Get(parameters, "power")},
                         {"lr_end", Get(parameters, "lr_min")},
                         {"k_decay", Get(parameters, "k_decay")}},
                        place);
  }
  return Formulated(parameters, place,
                    InCycles(parameters, "lr_min + (peak - lr_min) * (1 - " + Progress(parameters) +
                                             ") ^ power"));
}

/// A warm-up under it rises to the rate that it has at the warm-up's end, one in front to lr.
Map Tanh(const Map& parameters, const AliasPlace&) {
  const std::string formula =
      InCycles(parameters,
               "lr_min + (peak - lr_min) * (1 - tanh(lb * (1 - time / length) + ub * time / "
               "length)) / 2");
  if (IsZero(parameters, "warmup_t")) return FormulaOf("t == 0 ? lr : " + formula, parameters);
  // Not as `warmup`, which would rise to the tangent's first rate: that is just below lr.
  if (StartsBehindWarmup(parameters)) return Formulated(parameters, {}, formula);
  const std::string ramp = Replaced(kRamp, "lr", Replaced(formula, "t", "warmup_t"));
  return FormulaOf("t < warmup_t ? " + ramp + " : " + formula, parameters);
}

Map Step(const Map& parameters, const AliasPlace& place) {
  if (!StartsBehindWarmup(parameters)) {
    return Formulated(parameters, place, "lr * decay_rate ^ floor(t / decay_t)");
  }
  return BehindWarmup(parameters,
                      {{"type", "StepLR"},
                       {"step_size", Get(parameters, "decay_t")},
                       {"gamma", Get(parameters, "decay_rate")}},
                      place);
}

Map Constant(const Map& parameters, const AliasPlace& place) {
  return BehindWarmup(parameters, ConstantRate(), place);
}

/// Without a warm-up tick 0 has the optimizer's rate whatever the milestones.
Map MultiStep(const Map& parameters, const AliasPlace& place) {
  const List& decay_t = std::get<List>(Get(parameters, "decay_t"));
  const bool has_warmup = !IsZero(parameters, "warmup_t");
  RequireNotDecreasing(decay_t);
  const auto milestones = ShiftedMilestones(decay_t, has_warmup ? 0 : 1);
  if (milestones && StartsBehindWarmup(parameters)) {
    return BehindWarmup(parameters,
                        {{"type", "MultiStepLR"},
                         {"milestones", *milestones},
                         {"gamma", Get(parameters, "decay_rate")}},
                        place);
  }
  const std::string formula = "lr * decay_rate ^ (" + PassedMilestones(decay_t) + ")";
  if (!has_warmup) return FormulaOf("t == 0 ? lr : " + formula, parameters);
  return Formulated(parameters, place, formula);
}

Map OnPlateau(const Map& parameters, const AliasPlace&) {
  return {{"type", "ReduceLROnPlateau"},
          {"metric", Get(parameters, "metric")},
          {"mode", Get(parameters, "mode")},
          {"factor", Get(parameters, "decay_rate")},
          {"patience", Get(parameters, "patience_t")},
          {"threshold", Get(parameters, "threshold")},
          {"cooldown", Get(parameters, "cooldown_t")},
          {"min_lr", Get(parameters, "lr_min")}};
}

Map Wsd(const Map& parameters, const AliasPlace& place) {
  // WSD has a min_lr_ratio, a share of the optimizer's rate.
  if (GetReal(parameters, "lr_min") == 0 && GetText(parameters, "stable_fn") == "constant") {
    return BehindWarmup(parameters, WsdOfCatalog(parameters), place);
  }
  const std::string stable = "max(" + StableFormula(parameters) + ", lr_min)";
  const std::string fall =
      Replaced(DecayFormula(parameters), "done", "min((t - (t_initial - decay_t)) / decay_t, 1)");
  return BehindWarmup(parameters,
                      FormulaOf("t <= t_initial - decay_t ? " + stable + " : lr_min + (" + stable +
                                    " - lr_min) * " + fall,
                                parameters),
                      place);
}

}  // namespace lrsweep::timm
