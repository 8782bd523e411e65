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
      {&WsdOptions::decay_type, ramps, {.name = "decay_type", .help = "how it falls"}},
      {&WsdOptions::min_lr_ratio,
       {.name = "min_lr_ratio",
        .range = Between(0, 1),
        .help = "share of the optimizer's rate at the start and the end"}},
      {&WsdOptions::num_cycles,
       {.name = "num_cycles",
        .range = AtLeast(0),
        .help = "waves of the cosine in decay_type cosine; 0.5: down once"}},
  };
  return table;
}

std::vector<std::string> Overrides(const WsdOptions& options) {
  std::vector<std::string> paths;
  if (options.num_stable_steps) paths.emplace_back("scheduler.num_training_steps");
  if (options.decay_type != RampType::kCosine) paths.emplace_back("scheduler.num_cycles");
  return paths;
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

double Fall(const WsdOptions& options, double share) {
  switch (options.decay_type) {
    case RampType::kLinear:
      return 1.0 - share;
    case RampType::kCosine:
      return 0.5 * (1.0 + std::cos(std::numbers::pi * options.num_cycles * 2.0 * share));
    case RampType::kOneMinusSqrt:
      return 1.0 - std::sqrt(share);
  }
  return 1.0 - share;
}

double Factor(const WsdOptions& options, int64_t stable_steps, int64_t tick) {
  const double least = options.min_lr_ratio;
  const auto above_least = [least](double ramp) {
    return std::max(0.0, ramp * (1.0 - least) + least);
  };
  if (tick < options.num_warmup_steps) {
    const auto length = static_cast<double>(options.num_warmup_steps);
    return above_least(Rise(options, static_cast<double>(tick) / length));
  }
  // Differences, since sums of the largest lengths would overflow.
  const int64_t decayed = tick - options.num_warmup_steps - stable_steps;
  if (decayed < 0) return 1;
  if (decayed < options.num_decay_steps) {
    const auto length = static_cast<double>(options.num_decay_steps);
    return above_least(Fall(options, static_cast<double>(decayed) / length));
  }
  return least;
}

}  // namespace

Schedule Wsd(const WsdOptions& options, const Rates& optimizer) {
  Table().RequireInRange(options);
  return [options, optimizer, stable_steps = StableSteps(options)](int64_t tick) {
    return Rates{optimizer.lr * Factor(options, stable_steps, tick), optimizer.momentum};
  };
}

SchedulerType WsdType() {
  SchedulerType type = FromTable<WsdOptions>(
      {.name = "WSD",
       .summary = "warm-up, a stable rate, decay",
       .formula = "lr * (min_lr_ratio + (1 - min_lr_ratio) * ramp), ramp over the share p of its "
                  "length:\n"
                  "up by p, (1 - cos(pi * p)) / 2 or 1 - sqrt(1 - p) in num_warmup_steps; 1 for "
                  "num_stable_steps;\n"
                  "down by 1 - p, (1 + cos(2 * pi * num_cycles * p)) / 2 or 1 - sqrt(p) in "
                  "num_decay_steps; then 0",
       .source = "Hugging Face transformers, get_wsd_schedule; MiniCPM, arXiv:2404.06395; 1-sqrt: "
                 "arXiv:2405.18392",
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
