// What practice has added to PyTorch's set: WSD, InverseSqrt, PiecewiseLinear.

#include "schedulers/catalog_entries.h"
#include "schedulers/inverse_sqrt.h"
#include "schedulers/piecewise_linear.h"
#include "schedulers/wsd.h"

namespace lrsweep {
namespace {

const std::vector<std::pair<std::string, RampType>> kRampTypes = {
    {"linear", RampType::kLinear},
    {"cosine", RampType::kCosine},
    {"1-sqrt", RampType::kOneMinusSqrt}};

Parameter Steps(const std::string& name, std::optional<Value> default_value,
                const std::string& help) {
  return {.name = name,
          .kind = Kind::kInteger,
          .default_value = std::move(default_value),
          .range = {.minimum = 0},
          .help = help};
}

WsdOptions ReadWsd(const Map& parameters, const ScheduleContext& context) {
  WsdOptions options;
  Read(parameters, "num_warmup_steps", options.num_warmup_steps);
  Read(parameters, "num_decay_steps", options.num_decay_steps);
  ReadChoice(parameters, "warmup_type", kRampTypes, options.warmup_type);
  ReadChoice(parameters, "decay_type", kRampTypes, options.decay_type);
  Read(parameters, "min_lr_ratio", options.min_lr_ratio);
  Read(parameters, "num_cycles", options.num_cycles);
  std::optional<int64_t> stable;
  Read<std::optional<int64_t>, int64_t>(parameters, "num_stable_steps", stable);
  if (!stable) {
    int64_t total = 0;
    ReadTicks(parameters, "num_training_steps", context, total, /*run_by_default=*/true);
    stable = total - options.num_warmup_steps - options.num_decay_steps;
    if (*stable < 0) {
      throw std::invalid_argument("num_warmup_steps + num_decay_steps " +
                                  std::to_string(total - *stable) +
                                  " are more than num_training_steps " + std::to_string(total));
    }
  }
  options.num_stable_steps = *stable;
  return options;
}

std::vector<Parameter> WsdParameters() {
  const WsdOptions defaults;
  const std::vector<std::string> ramps = {"linear", "cosine", "1-sqrt"};
  return {
      Steps("num_warmup_steps", std::nullopt, "ticks of the interval of the rise"),
      Steps("num_decay_steps", std::nullopt, "ticks of the interval of the fall"),
      {.name = "num_training_steps",
       .kind = Kind::kInteger,
       .default_value = "run",
       .range = {.minimum = 0},
       .counts_ticks = true,
       .accepts_run = true,
       .help = "ticks of the interval in all; unused where num_stable_steps is given"},
      Steps("num_stable_steps", Value(), "ticks of the interval in between; null: what is left"),
      {.name = "warmup_type",
       .kind = Kind::kChoice,
       .default_value = "linear",
       .choices = ramps,
       .help = "how it rises"},
      {.name = "decay_type",
       .kind = Kind::kChoice,
       .default_value = "cosine",
       .choices = ramps,
       .help = "how it falls"},
      {.name = "min_lr_ratio",
       .default_value = defaults.min_lr_ratio,
       .range = {.minimum = 0, .maximum = 1},
       .help = "share of the optimizer's rate at the start and the end"},
      {.name = "num_cycles",
       .default_value = defaults.num_cycles,
       .range = {.minimum = 0},
       .help = "waves of the cosine in decay_type cosine; 0.5: down once"},
  };
}

/// Without a run, only what does not depend on it can be checked.
void CheckWsd(const Map& parameters) {
  const bool open = Find(parameters, "num_stable_steps") == nullptr ||
                    Find(parameters, "num_stable_steps")->IsNull();
  if (open && IsRun(parameters, "num_training_steps", true)) return;
  ReadWsd(parameters, {});
}

std::vector<SchedulePoint> ReadPoints(const Map& parameters) {
  List list;
  Read(parameters, "milestones_values", list);
  std::vector<SchedulePoint> points;
  for (const Value& value : list) {
    const List& pair = std::get<List>(value);
    points.push_back({std::get<int64_t>(pair.at(0)), std::get<double>(pair.at(1))});
  }
  return points;
}

}  // namespace

SchedulerType WsdType() {
  SchedulerType type;
  type.name = "WSD";
  type.horizon = "num_training_steps";
  type.summary = "warm-up, a stable rate, decay";
  type.formula =
      "lr * (min_lr_ratio + (1 - min_lr_ratio) * ramp), ramp over the share p of its length:\n"
      "up by p, (1 - cos(pi * p)) / 2 or 1 - sqrt(1 - p) in num_warmup_steps; 1 for "
      "num_stable_steps;\n"
      "down by 1 - p, (1 + cos(2 * pi * num_cycles * p)) / 2 or 1 - sqrt(p) in num_decay_steps; "
      "then 0";
  type.source =
      "Hugging Face transformers, get_wsd_schedule; MiniCPM, arXiv:2404.06395; 1-sqrt: "
      "arXiv:2405.18392";
  type.example = "{type: WSD, num_warmup_steps: 100, num_decay_steps: 1000, decay_type: 1-sqrt}";
  type.default_interval = "step";
  type.parameters = WsdParameters();
  type.overrides = [](const Map& parameters) {
    std::vector<std::string> paths;
    const Value* stable = Find(parameters, "num_stable_steps");
    if (stable != nullptr && !stable->IsNull()) {
      paths.emplace_back("scheduler.num_training_steps");
    }
    RampType decay = WsdOptions().decay_type;
    ReadChoice(parameters, "decay_type", kRampTypes, decay);
    if (decay != RampType::kCosine) paths.emplace_back("scheduler.num_cycles");
    return paths;
  };
  type.check = CheckWsd;
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    return Wsd(ReadWsd(parameters, context), Optimizer(context));
  };
  return type;
}

SchedulerType InverseSqrtType() {
  SchedulerType type;
  type.name = "InverseSqrt";
  type.summary = "a linear warm-up, then down with the square root of the time";
  type.formula =
      "lr * tick / num_warmup_steps, and from num_warmup_steps on\n"
      "lr / sqrt((tick - num_warmup_steps + timescale) / timescale)";
  type.source =
      "Hugging Face transformers, get_inverse_sqrt_schedule; Vaswani et al., arXiv:1706.03762";
  type.example = "{type: InverseSqrt, num_warmup_steps: 500}";
  type.default_interval = "step";
  type.parameters = {
      Steps("num_warmup_steps", std::nullopt, "ticks of the interval of the rise from 0"),
      {.name = "timescale",
       .kind = Kind::kInteger,
       .default_value = Value(),
       .range = {.minimum = 1},
       .counts_ticks = true,
       .help = "ticks of the interval; null: num_warmup_steps, or 10000 without warm-up"},
  };
  type.overrides = OverridesNothing;
  type.check = NothingToContradict;
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    InverseSqrtOptions options;
    Read(parameters, "num_warmup_steps", options.num_warmup_steps);
    Read<std::optional<int64_t>, int64_t>(parameters, "timescale", options.timescale);
    return InverseSqrt(options, Optimizer(context));
  };
  return type;
}

SchedulerType PiecewiseLinearType() {
  SchedulerType type;
  type.name = "PiecewiseLinear";
  type.summary = "straight lines between points of a table";
  type.formula = "a line from point to point; the first and the last rate outside of them";
  type.source = "PyTorch-Ignite, ignite.handlers.PiecewiseLinear";
  type.example = "{type: PiecewiseLinear, milestones_values: [[0, 0.01], [5, 0.1], [20, 0.001]]}";
  type.default_interval = "epoch";
  type.rises_on_purpose = true;
  type.parameters = {
      {.name = "milestones_values",
       .kind = Kind::kPointList,
       .range = {.minimum = 0},
       .help = "points [tick of the interval, learning rate], ticks increasing"},
  };
  type.overrides = [](const Map&) { return std::vector<std::string>{"optimizer.lr"}; };
  type.check = [](const Map& parameters) { PiecewiseLinear({ReadPoints(parameters)}, 0); };
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    return PiecewiseLinear({ReadPoints(parameters)}, context.momentum);
  };
  return type;
}

}  // namespace lrsweep
