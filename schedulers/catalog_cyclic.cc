// CyclicLR, OneCycleLR, LRRangeTest: they set rates of their own, whatever the optimizer's.

#include "schedulers/catalog_entries.h"
#include "schedulers/cyclic.h"
#include "schedulers/one_cycle.h"
#include "schedulers/range_test.h"

namespace lrsweep {
namespace {

constexpr Range kRate = {.minimum = 0};
constexpr Range kShare = {.minimum = 0, .maximum = 1};
constexpr Range kAboveZero = {.minimum = 0, .open_minimum = true};

/// What is without effect: the optimizer's rate, and the momentum's bounds or the optimizer's.
std::vector<std::string> OverridesRates(bool cycle_momentum) {
  if (cycle_momentum) return {"optimizer.lr", "optimizer.momentum"};
  return {"optimizer.lr", "scheduler.base_momentum", "scheduler.max_momentum"};
}

const std::vector<std::pair<std::string, CyclicMode>> kCyclicModes = {
    {"triangular", CyclicMode::kTriangular},
    {"triangular2", CyclicMode::kTriangular2},
    {"exp_range", CyclicMode::kExpRange}};

CyclicLrOptions ReadCyclicLr(const Map& parameters) {
  CyclicLrOptions options;
  Read(parameters, "base_lr", options.base_lr);
  Read(parameters, "max_lr", options.max_lr);
  Read(parameters, "step_size_up", options.step_size_up);
  Read<std::optional<double>, double>(parameters, "step_size_down", options.step_size_down);
  ReadChoice(parameters, "mode", kCyclicModes, options.mode);
  Read(parameters, "gamma", options.gamma);
  Read(parameters, "cycle_momentum", options.cycle_momentum);
  Read(parameters, "base_momentum", options.base_momentum);
  Read(parameters, "max_momentum", options.max_momentum);
  return options;
}

std::vector<Parameter> CyclicLrParameters() {
  const CyclicLrOptions defaults;
  return {
      {.name = "base_lr", .range = kRate, .help = "learning rate at the start of every cycle"},
      {.name = "max_lr", .range = kRate, .help = "learning rate at the peak of the first cycle"},
      {.name = "step_size_up",
       .default_value = defaults.step_size_up,
       .range = kAboveZero,
       .counts_ticks = true,
       .help = "ticks of the interval from base_lr to the peak"},
      {.name = "step_size_down",
       .default_value = Value(),
       .range = kAboveZero,
       .counts_ticks = true,
       .help = "ticks of the interval from the peak to base_lr; null: step_size_up"},
      {.name = "mode",
       .kind = Kind::kChoice,
       .default_value = "triangular",
       .choices = {"triangular", "triangular2", "exp_range"},
       .help = "peaks stay, halve with each cycle, or shrink by gamma with each tick"},
      {.name = "gamma",
       .default_value = defaults.gamma,
       .range = {.minimum = 0, .maximum = 1, .open_minimum = true},
       .help = "factor of each tick in mode exp_range"},
      {.name = "cycle_momentum",
       .kind = Kind::kBoolean,
       .default_value = defaults.cycle_momentum,
       .help = "whether the momentum cycles too, against the learning rate"},
      {.name = "base_momentum",
       .default_value = defaults.base_momentum,
       .range = kShare,
       .help = "momentum at the peak of the first cycle"},
      {.name = "max_momentum",
       .default_value = defaults.max_momentum,
       .range = kShare,
       .help = "momentum at the start of every cycle"},
  };
}

OneCycleLrOptions ReadOneCycleLr(const Map& parameters, const ScheduleContext& context) {
  OneCycleLrOptions options;
  Read(parameters, "max_lr", options.max_lr);
  ReadTicks(parameters, "total_steps", context, options.total_steps, /*run_by_default=*/true);
  Read(parameters, "pct_start", options.pct_start);
  ReadChoice(parameters, "anneal_strategy",
             {{"cos", AnnealStrategy::kCos}, {"linear", AnnealStrategy::kLinear}},
             options.anneal_strategy);
  Read(parameters, "cycle_momentum", options.cycle_momentum);
  Read(parameters, "base_momentum", options.base_momentum);
  Read(parameters, "max_momentum", options.max_momentum);
  Read(parameters, "div_factor", options.div_factor);
  Read(parameters, "final_div_factor", options.final_div_factor);
  Read(parameters, "three_phase", options.three_phase);
  return options;
}

std::vector<Parameter> OneCycleLrParameters() {
  const OneCycleLrOptions defaults;
  return {
      {.name = "max_lr", .range = kRate, .help = "learning rate at the peak"},
      {.name = "total_steps",
       .kind = Kind::kInteger,
       .default_value = Value(),
       .range = {.minimum = 1},
       .counts_ticks = true,
       .accepts_run = true,
       .help = "ticks of the interval in the cycle; null or run: epochs times steps per epoch"},
      {.name = "pct_start",
       .default_value = defaults.pct_start,
       .range = kShare,
       .help = "share of the cycle in which the rate rises"},
      {.name = "anneal_strategy",
       .kind = Kind::kChoice,
       .default_value = "cos",
       .choices = {"cos", "linear"},
       .help = "half a cosine or a line"},
      {.name = "cycle_momentum",
       .kind = Kind::kBoolean,
       .default_value = defaults.cycle_momentum,
       .help = "whether the momentum cycles too, against the learning rate"},
      {.name = "base_momentum",
       .default_value = defaults.base_momentum,
       .range = kShare,
       .help = "momentum at the peak"},
      {.name = "max_momentum",
       .default_value = defaults.max_momentum,
       .range = kShare,
       .help = "momentum at the start and the end"},
      {.name = "div_factor",
       .default_value = defaults.div_factor,
       .range = kAboveZero,
       .help = "the initial rate is max_lr / div_factor"},
      {.name = "final_div_factor",
       .default_value = defaults.final_div_factor,
       .range = kAboveZero,
       .help = "the final rate is the initial one / final_div_factor"},
      {.name = "three_phase",
       .kind = Kind::kBoolean,
       .default_value = defaults.three_phase,
       .help = "whether it falls to the initial rate first, then to the final one"},
  };
}

LrRangeTestOptions ReadLrRangeTest(const Map& parameters, const ScheduleContext& context) {
  LrRangeTestOptions options;
  Read(parameters, "start_lr", options.start_lr);
  Read(parameters, "end_lr", options.end_lr);
  ReadTicks(parameters, "num_iter", context, options.num_iter);
  ReadChoice(parameters, "step_mode",
             {{"exp", RangeTestMode::kExp}, {"linear", RangeTestMode::kLinear}}, options.step_mode);
  return options;
}

/// For a check, which does not know the run: one that is long enough.
constexpr ScheduleContext kSomeRun = {.run_ticks = 1000};

}  // namespace

SchedulerType CyclicLrType() {
  SchedulerType type;
  type.name = "CyclicLR";
  type.summary = "rises and falls between base_lr and max_lr, the momentum against it";
  type.formula =
      "base_lr + (max_lr - base_lr) * h * s\n"
      "max_momentum - (max_momentum - base_momentum) * h * s, if it is cycled\n"
      "h: from 0 to 1 in step_size_up ticks, back to 0 in step_size_down\n"
      "s: 1 (triangular), 0.5 ^ finished cycles (triangular2), gamma ^ tick (exp_range)";
  type.source = "torch.optim.lr_scheduler.CyclicLR; Smith, arXiv:1506.01186";
  type.example =
      "{type: CyclicLR, base_lr: 0.001, max_lr: 0.1, step_size_up: 1000, mode: triangular2}";
  type.rises_on_purpose = true;
  type.default_interval = "step";
  type.parameters = CyclicLrParameters();
  type.overrides = [](const Map& parameters) {
    const CyclicLrOptions options = ReadCyclicLr(parameters);
    std::vector<std::string> paths = OverridesRates(options.cycle_momentum);
    if (options.mode != CyclicMode::kExpRange) paths.emplace_back("scheduler.gamma");
    return paths;
  };
  type.check = [](const Map& parameters) { CyclicLr(ReadCyclicLr(parameters), 0); };
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    return CyclicLr(ReadCyclicLr(parameters), context.momentum);
  };
  return type;
}

SchedulerType OneCycleLrType() {
  SchedulerType type;
  type.name = "OneCycleLR";
  type.horizon = "total_steps";
  type.summary = "rises to max_lr and falls far below, once, the momentum against it";
  type.formula =
      "from max_lr / div_factor up to max_lr at tick pct_start * total_steps - 1,\n"
      "down to max_lr / div_factor / final_div_factor at tick total_steps - 1, then held;\n"
      "three_phase: back to max_lr / div_factor at 2 * pct_start * total_steps - 2 in between;\n"
      "between a and b over the share p: b + (a - b) * (1 + cos(pi * p)) / 2, or a + (b - a) * p";
  type.source = "torch.optim.lr_scheduler.OneCycleLR; Smith and Topin, arXiv:1708.07120";
  type.example = "{type: OneCycleLR, max_lr: 0.1, total_steps: run}";
  type.default_interval = "step";
  type.rises_on_purpose = true;
  type.parameters = OneCycleLrParameters();
  type.overrides = [](const Map& parameters) {
    return OverridesRates(ReadOneCycleLr(parameters, kSomeRun).cycle_momentum);
  };
  type.check = [](const Map& parameters) { OneCycleLr(ReadOneCycleLr(parameters, kSomeRun), 0); };
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    return OneCycleLr(ReadOneCycleLr(parameters, context), context.momentum);
  };
  return type;
}

SchedulerType LrRangeTestType() {
  const LrRangeTestOptions defaults;
  SchedulerType type;
  type.name = "LRRangeTest";
  type.horizon = "num_iter";
  type.summary = "rises from start_lr to end_lr, to find out which rates are good";
  type.formula =
      "start_lr * (end_lr / start_lr) ^ r, or start_lr + (end_lr - start_lr) * r\n"
      "r: tick / (num_iter - 1), at most 1";
  type.source = "Smith, arXiv:1506.01186; pytorch-lr-finder; fastai's lr_find";
  type.example = "{type: LRRangeTest, start_lr: 1.0e-5, end_lr: 1, num_iter: run}";
  type.default_interval = "step";
  type.rises_on_purpose = true;
  type.parameters = {
      {.name = "start_lr",
       .default_value = defaults.start_lr,
       .range = kRate,
       .help = "learning rate at tick 0; above 0 in step_mode exp"},
      {.name = "end_lr",
       .default_value = defaults.end_lr,
       .range = kRate,
       .help = "learning rate at the last tick"},
      {.name = "num_iter",
       .kind = Kind::kInteger,
       .default_value = defaults.num_iter,
       .range = {.minimum = 2},
       .counts_ticks = true,
       .accepts_run = true,
       .help = "ticks of the interval, the first and the last included"},
      {.name = "step_mode",
       .kind = Kind::kChoice,
       .default_value = "exp",
       .choices = {"exp", "linear"},
       .help = "how the rate rises"},
  };
  type.overrides = [](const Map&) { return std::vector<std::string>{"optimizer.lr"}; };
  type.check = [](const Map& parameters) { LrRangeTest(ReadLrRangeTest(parameters, kSomeRun), 0); };
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    return LrRangeTest(ReadLrRangeTest(parameters, context), context.momentum);
  };
  return type;
}

}  // namespace lrsweep
