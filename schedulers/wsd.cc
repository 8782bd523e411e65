#include "schedulers/wsd.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "schedulers/scheduler_type.h"

namespace lrsweep {
namespace {

const OptionTable<WsdOptions>& Table() {
  static const EnumNames<RampType> ramps = {{"linear", RampType::kLinear},
                                            {"cosine", RampType::kCosine},
                                            {"1-sqrt", RampType::kOneMinusSqrt}};
  static const EnumNames<DecayShape> shapes = {{"linear", DecayShape::kLinear},
                                               {"cosine", DecayShape::kCosine},
                                               {"1-sqrt", DecayShape::kOneMinusSqrt},
                                               {"exponential", DecayShape::kExponential},
                                               {"square", DecayShape::kSquare},
                                               {"sqrt", DecayShape::kSqrt},
                                               {"mirror_cosine", DecayShape::kMirrorCosine},
                                               {"lowered_linear", DecayShape::kLoweredLinear},
                                               {"power", DecayShape::kPower}};
  static const OptionTable<WsdOptions> table = {
      {&WsdOptions::num_warmup_steps,
       kRequired,
       {.name = "num_warmup_steps",
        .range = AtLeast(0),
        .counts_ticks = true,
        .help = "ticks of the interval of the rise"}},
      {&WsdOptions::num_decay_steps,
       kRequired,
       {.name = "num_decay_steps",
        .range = AtLeast(0),
        .counts_ticks = true,
        .help = "ticks of the interval of the fall"}},
      {&WsdOptions::num_training_steps,
       {.name = "num_training_steps",
        .default_value = "run",
        .range = AtLeast(0),
        .counts_ticks = true,
        .help = "ticks of the interval in all; unused where num_stable_steps is given"}},
      {&WsdOptions::num_stable_steps,
       {.name = "num_stable_steps",
        .range = AtLeast(0),
        .counts_ticks = true,
        .help = "ticks of the interval in between; null: what is left"}},
      {&WsdOptions::warmup_type, ramps, {.name = "warmup_type", .help = "how it rises"}},
      {&WsdOptions::decay_type, shapes, {.name = "decay_type", .help = "how it falls"}},
      {&WsdOptions::min_lr_ratio,
       {.name = "min_lr_ratio",
        .range = Between(0, 1),
        .help = "share of the optimizer's rate at the start and the end"}},
      {&WsdOptions::num_cycles,
       {.name = "num_cycles",
        .range = AtLeast(0),
        .help = "waves of the cosine in decay_type cosine; 0.5: down once"}},
      {&WsdOptions::decay_power,
       {.name = "decay_power", .range = Above(0), .help = "exponent in decay_type power"}},
      {&WsdOptions::decay_ratio,
       {.name = "decay_ratio",
        .range = {.minimum = 0, .maximum = 1, .open_minimum = true, .open_maximum = true},
        .help =
            "how far decay_type exponential falls before it is stretched to min_lr_ratio; null: "
            "to min_lr_ratio itself"}},
      {&WsdOptions::cooldown_start_lr_factor,
       {.name = "cooldown_start_lr_factor",
        .range = Between(0, 1),
        .help = "share of the optimizer's rate at which decay_type lowered_linear begins"}},
  };
  return table;
}

std::vector<std::string> Overrides(const WsdOptions& options) {
  std::vector<std::string> paths;
  if (options.num_stable_steps) paths.emplace_back("scheduler.num_training_steps");
  if (options.decay_type != DecayShape::kCosine) paths.emplace_back("scheduler.num_cycles");
  // Only where they were chosen: elsewhere labels would name them of one decay and not of others.
  const WsdOptions defaults;
  const auto add = [&](const char* parameter, DecayShape shape, bool is_chosen) {
    if (is_chosen && options.decay_type != shape) {
      paths.push_back(std::string("scheduler.") + parameter);
    }
  };
  add("decay_power", DecayShape::kPower, options.decay_power != defaults.decay_power);
  add("decay_ratio", DecayShape::kExponential, options.decay_ratio.has_value());
  add("cooldown_start_lr_factor", DecayShape::kLoweredLinear,
      options.cooldown_start_lr_factor != defaults.cooldown_start_lr_factor);
  return paths;
}

/// Throws where the decay cannot go to min_lr_ratio.
void RequirePossibleDecay(const WsdOptions& options) {
  if (options.decay_type == DecayShape::kExponential && !options.decay_ratio &&
      options.min_lr_ratio == 0) {
    throw std::invalid_argument(
        "decay_type: exponential falls by equal factors and never reaches min_lr_ratio 0: write a "
        "min_lr_ratio above 0, or a decay_ratio");
  }
  if (options.decay_type == DecayShape::kLoweredLinear) {
    RequireOrder("min_lr_ratio", options.min_lr_ratio, "cooldown_start_lr_factor",
                 options.cooldown_start_lr_factor);
  }
}

/// Ticks between the warm-up and the decay.
int64_t StableSteps(const WsdOptions& options) {
  if (options.num_stable_steps) return *options.num_stable_steps;
  const int64_t total = options.num_training_steps;
  if (options.num_warmup_steps > total ||
      options.num_decay_steps > total - options.num_warmup_steps) {
    throw std::invalid_argument("num_warmup_steps " + std::to_string(options.num_warmup_steps) +
                                " and num_decay_steps " + std::to_string(options.num_decay_steps) +
                                " are more than num_training_steps " + std::to_string(total));
  }
  return total - options.num_warmup_steps - options.num_decay_steps;
}

std::vector<Span> Spans(const WsdOptions& options) {
  const int64_t decay = AtMostAnyRun(options.num_warmup_steps) + AtMostAnyRun(StableSteps(options));
  std::vector<Span> spans = {{"num_warmup_steps", "the warm-up", 0, options.num_warmup_steps}};
  if (options.num_decay_steps > 0) {
    spans.push_back(
        {"num_decay_steps", "the decay", decay, decay + AtMostAnyRun(options.num_decay_steps)});
  }
  return spans;
}

double Rise(const WsdOptions& options, double share) {
  switch (options.warmup_type) {
    case RampType::kLinear:
      return share;
    case RampType::kCosine:
      return 0.5 * (1.0 - std::cos(std::numbers::pi * share));
    case RampType::kOneMinusSqrt:
      return 1.0 - std::sqrt(1.0 - share);
  }
  return share;
}

/// From 1 to 0; of kExponential only with decay_ratio.
double Fall(const WsdOptions& options, double share) {
  switch (options.decay_type) {
    case DecayShape::kLinear:
    case DecayShape::kLoweredLinear:
      return 1.0 - share;
    case DecayShape::kCosine:
      return 0.5 * (1.0 + std::cos(std::numbers::pi * options.num_cycles * 2.0 * share));
    case DecayShape::kOneMinusSqrt:
    case DecayShape::kSqrt:
      return 1.0 - std::sqrt(share);
    case DecayShape::kExponential: {
      const double ratio = options.decay_ratio.value_or(0);
      return (std::pow(ratio, share) - ratio) / (1.0 - ratio);
    }
    case DecayShape::kSquare:
      return 1.0 - share * share;
    case DecayShape::kMirrorCosine:
      return 2.0 * (1.0 - share) - 0.5 * (1.0 + std::cos(std::numbers::pi * share));
    case DecayShape::kPower:
      return 1.0 - std::pow(share, options.decay_power);
  }
  return 1.0 - share;
}

/// The factor of the optimizer's rate at the share of the decay.
double Decayed(const WsdOptions& options, double share) {
  const double least = options.min_lr_ratio;
  if (options.decay_type == DecayShape::kExponential && !options.decay_ratio) {
    return std::pow(least, share);
  }
  const bool lowered = options.decay_type == DecayShape::kLoweredLinear;
  const double first = lowered ? options.cooldown_start_lr_factor : 1.0;
  return std::max(0.0, Fall(options, share) * (first - least) + least);
}

double Factor(const WsdOptions& options, int64_t stable_steps, int64_t tick) {
  const double least = options.min_lr_ratio;
  if (tick < options.num_warmup_steps) {
    const auto length = static_cast<double>(options.num_warmup_steps);
    const double ramp = Rise(options, static_cast<double>(tick) / length);
    return std::max(0.0, ramp * (1.0 - least) + least);
  }
  // Differences, since sums of the largest lengths would overflow.
  const int64_t decayed = tick - options.num_warmup_steps - stable_steps;
  if (decayed < 0) return 1;
  if (decayed < options.num_decay_steps) {
    const auto length = static_cast<double>(options.num_decay_steps);
    return Decayed(options, static_cast<double>(decayed) / length);
  }
  return least;
}

}  // namespace

Schedule Wsd(const WsdOptions& options, const Rates& optimizer) {
  Table().RequireInRange(options);
  RequirePossibleDecay(options);
  return [options, optimizer, stable_steps = StableSteps(options)](int64_t tick) {
    return Rates{optimizer.lr * Factor(options, stable_steps, tick), optimizer.momentum};
  };
}

SchedulerType WsdType() {
  SchedulerType type = FromTable<WsdOptions>(
      {.name = "WSD",
       .summary = "warm-up, a stable rate, decay",
       .formula =
           "lr * (min_lr_ratio + (1 - min_lr_ratio) * ramp), ramp over the share p of its "
           "length:\n"
           "up by p, (1 - cos(pi * p)) / 2 or 1 - sqrt(1 - p) in num_warmup_steps; 1 for "
           "num_stable_steps;\n"
           "down in num_decay_steps by decay_type; then 0\n"
           "linear: 1 - p; cosine: (1 + cos(2 * pi * num_cycles * p)) / 2\n"
           "1-sqrt, sqrt: 1 - sqrt(p); square: 1 - p ^ 2; power: 1 - p ^ decay_power\n"
           "mirror_cosine: 2 * (1 - p) - (1 + cos(pi * p)) / 2\n"
           "exponential: lr * min_lr_ratio ^ p; with decay_ratio r: (r ^ p - r) / (1 - r)\n"
           "lowered_linear: lr * (min_lr_ratio + (cooldown_start_lr_factor - min_lr_ratio) * "
           "(1 - p))",
       .source = "Hugging Face transformers, get_wsd_schedule; MiniCPM, arXiv:2404.06395; 1-sqrt: "
                 "arXiv:2405.18392;\n"
                 "exponential, square, sqrt, mirror_cosine, lowered_linear: Dremov et al., "
                 "arXiv:2508.01483;\n"
                 "power and decay_ratio: timm, WSDLRScheduler",
       .example = "{type: WSD, num_warmup_steps: 1%, num_decay_steps: 20%, decay_type: 1-sqrt}",
       .default_interval = "step",
       .horizon = "num_training_steps",
       .spans = SpansFrom(Table(), Spans)},
      Table(), Wsd, Overrides);
  // Beside num_stable_steps, num_training_steps has no effect: "run" must not be refused there when
  // nothing of the run is left to a member of SequentialLR.
  type.build = [build = type.build](Map parameters, const ScheduleContext& context) {
    const Value* stable = Find(parameters, "num_stable_steps");
    if (stable != nullptr && !stable->IsNull()) parameters["num_training_steps"] = 0;
    return build(parameters, context);
  };
  return type;
}

}  // namespace lrsweep
