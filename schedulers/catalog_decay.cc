// StepLR, MultiStepLR, ConstantLR, LinearLR, ExponentialLR, PolynomialLR.

#include "schedulers/catalog_entries.h"
#include "schedulers/decay.h"

namespace lrsweep {
namespace {

/// What the whole family has in common.
SchedulerType DecayType(const std::string& name) {
  SchedulerType type;
  type.name = name;
  type.source = "torch.optim.lr_scheduler." + name;
  type.default_interval = "epoch";
  type.chains_as_factor = true;
  type.overrides = OverridesNothing;
  type.check = NothingToContradict;
  return type;
}

Parameter Gamma(std::optional<Value> default_value, const std::string& help) {
  return {.name = "gamma",
          .default_value = std::move(default_value),
          .range = {.minimum = 0, .open_minimum = true},
          .help = help};
}

Parameter TotalIters(int64_t default_value, const std::string& help) {
  return {.name = "total_iters",
          .kind = Kind::kInteger,
          .default_value = default_value,
          .range = {.minimum = 0},
          .counts_ticks = true,
          .accepts_run = true,
          .help = help};
}

}  // namespace

SchedulerType StepLrType() {
  SchedulerType type = DecayType("StepLR");
  type.summary = "multiplies the learning rate by gamma every step_size ticks";
  type.formula = "lr * gamma ^ floor(tick / step_size)";
  type.example = "{type: StepLR, step_size: 30, gamma: 0.1}";
  type.parameters = {
      {.name = "step_size",
       .kind = Kind::kInteger,
       .range = {.minimum = 1},
       .counts_ticks = true,
       .help = "ticks of the interval from one decay to the next"},
      Gamma(StepLrOptions().gamma, "factor of each decay"),
  };
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    StepLrOptions options;
    Read(parameters, "step_size", options.step_size);
    Read(parameters, "gamma", options.gamma);
    return StepLr(options, Optimizer(context));
  };
  return type;
}

SchedulerType MultiStepLrType() {
  const auto read = [](const Map& parameters) {
    MultiStepLrOptions options;
    ReadIntegers(parameters, "milestones", options.milestones);
    Read(parameters, "gamma", options.gamma);
    return options;
  };
  SchedulerType type = DecayType("MultiStepLR");
  type.summary = "multiplies the learning rate by gamma at each milestone";
  type.formula = "lr * gamma ^ (milestones that are at most tick)";
  type.example = "{type: MultiStepLR, milestones: [30, 80], gamma: 0.1}";
  type.parameters = {
      {.name = "milestones",
       .kind = Kind::kIntegerList,
       .range = {.minimum = 0},
       .counts_ticks = true,
       .help = "ticks of the interval at which it decays, increasing"},
      Gamma(MultiStepLrOptions().gamma, "factor of each decay"),
  };
  type.check = [read](const Map& parameters) { MultiStepLr(read(parameters), {}); };
  type.build = [read](const Map& parameters, const ScheduleContext& context) {
    return MultiStepLr(read(parameters), Optimizer(context));
  };
  return type;
}

SchedulerType ConstantLrType() {
  SchedulerType type = DecayType("ConstantLR");
  type.summary = "multiplies the learning rate by factor for the first total_iters ticks";
  type.formula =
      "lr * factor while tick < total_iters, then lr\n"
      "total_iters 0: lr * factor for ever, as in PyTorch";
  type.example = "{type: ConstantLR, factor: 0.5, total_iters: 4}";
  type.parameters = {
      {.name = "factor",
       .default_value = ConstantLrOptions().factor,
       .range = {.minimum = 0, .maximum = 1},
       .help = "share of the optimizer's rate until total_iters"},
      TotalIters(ConstantLrOptions().total_iters, "ticks of the interval for which it holds"),
  };
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    ConstantLrOptions options;
    Read(parameters, "factor", options.factor);
    ReadTicks(parameters, "total_iters", context, options.total_iters);
    return ConstantLr(options, Optimizer(context));
  };
  return type;
}

SchedulerType LinearLrType() {
  SchedulerType type = DecayType("LinearLR");
  type.summary = "moves in a line from start_factor to end_factor in total_iters ticks";
  type.formula =
      "lr * (start_factor + (end_factor - start_factor) * min(tick, total_iters) / total_iters)\n"
      "total_iters 0: lr * start_factor for ever, as in PyTorch";
  type.example = "{type: LinearLR, start_factor: 1, end_factor: 0, total_iters: run}";
  type.parameters = {
      {.name = "start_factor",
       .default_value = LinearLrOptions().start_factor,
       .range = {.minimum = 0, .maximum = 1, .open_minimum = true},
       .help = "share of the optimizer's rate at tick 0"},
      {.name = "end_factor",
       .default_value = LinearLrOptions().end_factor,
       .range = {.minimum = 0, .maximum = 1},
       .help = "share of the optimizer's rate from total_iters on"},
      TotalIters(LinearLrOptions().total_iters, "ticks of the interval from the one to the other"),
  };
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    LinearLrOptions options;
    Read(parameters, "start_factor", options.start_factor);
    Read(parameters, "end_factor", options.end_factor);
    ReadTicks(parameters, "total_iters", context, options.total_iters);
    return LinearLr(options, Optimizer(context));
  };
  return type;
}

SchedulerType ExponentialLrType() {
  SchedulerType type = DecayType("ExponentialLR");
  type.summary = "multiplies the learning rate by gamma every tick";
  type.formula = "lr * gamma ^ tick";
  type.example = "{type: ExponentialLR, gamma: 0.9}";
  type.parameters = {Gamma(std::nullopt, "factor of every tick")};
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    ExponentialLrOptions options;
    Read(parameters, "gamma", options.gamma);
    return ExponentialLr(options, Optimizer(context));
  };
  return type;
}

SchedulerType PolynomialLrType() {
  SchedulerType type = DecayType("PolynomialLR");
  type.summary = "falls to 0 in total_iters ticks along a power of what is left";
  type.formula =
      "lr * (1 - min(tick, total_iters) / total_iters) ^ power\n"
      "total_iters 0: lr for ever, as in PyTorch";
  type.example = "{type: PolynomialLR, total_iters: run, power: 2}";
  type.parameters = {
      TotalIters(PolynomialLrOptions().total_iters, "ticks of the interval down to 0"),
      {.name = "power",
       .default_value = PolynomialLrOptions().power,
       .range = {.minimum = 0},
       .help = "1: a line; above: steeper first"},
  };
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    PolynomialLrOptions options;
    ReadTicks(parameters, "total_iters", context, options.total_iters);
    Read(parameters, "power", options.power);
    return PolynomialLr(options, Optimizer(context));
  };
  return type;
}

}  // namespace lrsweep
