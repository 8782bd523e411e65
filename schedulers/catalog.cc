#include "schedulers/catalog.h"

#include <stdexcept>

namespace lrsweep {
namespace {

using Paths = std::vector<std::string>;

/// Sets `field` if the parameter is there and not null; else the field keeps its default.
/// Throws std::invalid_argument where the value is not of the parameter's type.
template <typename Field, typename Stored = Field>
void Read(const Map& parameters, std::string_view name, Field& field) {
  const Value* value = Find(parameters, name);
  if (value == nullptr || value->IsNull()) return;
  const auto* stored = value->As<Stored>();
  if (stored == nullptr) {
    throw std::invalid_argument(std::string(name) +
                                " has the wrong type: " + std::string(KindName(*value)));
  }
  field = *stored;
}

/// A horizon: a number of ticks, or "run" for the whole trial.
int64_t ReadTicks(const Map& parameters, std::string_view name, const ScheduleContext& context) {
  const Value* value = Find(parameters, name);
  if (value != nullptr && *value == Value("run")) return context.run_ticks;
  int64_t ticks = 0;
  Read(parameters, name, ticks);
  return ticks;
}

Paths OverridesNothing(const Map&) { return {}; }
void NothingToContradict(const Map&) {}

// ---- StepLR

StepLrOptions ReadStepLr(const Map& parameters) {
  StepLrOptions options;
  Read(parameters, "step_size", options.step_size);
  Read(parameters, "gamma", options.gamma);
  return options;
}

SchedulerType StepLrType() {
  SchedulerType type;
  type.name = "StepLR";
  type.summary = "multiplies the learning rate by gamma every step_size ticks";
  type.formula = "lr * gamma ^ floor(tick / step_size)";
  type.source = "torch.optim.lr_scheduler.StepLR";
  type.example = "{type: StepLR, step_size: 30, gamma: 0.1}";
  type.default_interval = "epoch";
  type.parameters = {
      {.name = "step_size",
       .kind = Kind::kInteger,
       .range = {.minimum = 1},
       .help = "ticks of the interval from one decay to the next"},
      {.name = "gamma",
       .kind = Kind::kReal,
       .default_value = StepLrOptions().gamma,
       .range = {.minimum = 0, .open_minimum = true},
       .help = "factor of each decay"},
  };
  type.overrides = OverridesNothing;
  type.check = NothingToContradict;
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    return StepLr(ReadStepLr(parameters), {context.lr, context.momentum});
  };
  return type;
}

// ---- CosineAnnealingLR

SchedulerType CosineAnnealingLrType() {
  SchedulerType type;
  type.name = "CosineAnnealingLR";
  type.summary = "half a cosine from the optimizer's rate to eta_min in T_max ticks, then back";
  type.formula = "eta_min + (lr - eta_min) * (1 + cos(pi * tick / T_max)) / 2";
  type.source =
      "torch.optim.lr_scheduler.CosineAnnealingLR; SGDR, arXiv:1608.03983, without restarts";
  type.example = "{type: CosineAnnealingLR, T_max: run, eta_min: 0.001}";
  type.default_interval = "epoch";
  type.parameters = {
      {.name = "T_max",
       .kind = Kind::kInteger,
       .range = {.minimum = 1},
       .accepts_run = true,
       .help = "ticks of the interval from the optimizer's rate to eta_min"},
      {.name = "eta_min",
       .kind = Kind::kReal,
       .default_value = CosineAnnealingLrOptions().eta_min,
       .range = {.minimum = 0},
       .help = "learning rate at T_max"},
  };
  type.overrides = OverridesNothing;
  type.check = NothingToContradict;
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    CosineAnnealingLrOptions options;
    options.t_max = ReadTicks(parameters, "T_max", context);
    Read(parameters, "eta_min", options.eta_min);
    return CosineAnnealingLr(options, {context.lr, context.momentum});
  };
  return type;
}

// ---- CyclicLR

CyclicMode ModeNamed(const std::string& name) {
  if (name == "triangular") return CyclicMode::kTriangular;
  if (name == "triangular2") return CyclicMode::kTriangular2;
  if (name == "exp_range") return CyclicMode::kExpRange;
  throw std::invalid_argument("mode " + name + " is not known");
}

CyclicLrOptions ReadCyclicLr(const Map& parameters) {
  CyclicLrOptions options;
  std::string mode = "triangular";
  Read(parameters, "base_lr", options.base_lr);
  Read(parameters, "max_lr", options.max_lr);
  Read(parameters, "step_size_up", options.step_size_up);
  Read<std::optional<double>, double>(parameters, "step_size_down", options.step_size_down);
  Read(parameters, "mode", mode);
  Read(parameters, "gamma", options.gamma);
  Read(parameters, "cycle_momentum", options.cycle_momentum);
  Read(parameters, "base_momentum", options.base_momentum);
  Read(parameters, "max_momentum", options.max_momentum);
  options.mode = ModeNamed(mode);
  return options;
}

std::vector<Parameter> CyclicLrParameters() {
  const CyclicLrOptions defaults;
  const Range rate = {.minimum = 0};
  const Range share = {.minimum = 0, .maximum = 1};
  const Range above_zero = {.minimum = 0, .open_minimum = true};
  return {
      {.name = "base_lr", .range = rate, .help = "learning rate at the start of every cycle"},
      {.name = "max_lr", .range = rate, .help = "learning rate at the peak of the first cycle"},
      {.name = "step_size_up",
       .default_value = defaults.step_size_up,
       .range = above_zero,
       .help = "ticks of the interval from base_lr to the peak"},
      {.name = "step_size_down",
       .default_value = Value(),
       .range = above_zero,
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
       .range = share,
       .help = "momentum at the peak of the first cycle"},
      {.name = "max_momentum",
       .default_value = defaults.max_momentum,
       .range = share,
       .help = "momentum at the start of every cycle"},
  };
}

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
    Paths paths = {"optimizer.lr"};
    if (options.cycle_momentum) {
      paths.emplace_back("optimizer.momentum");
    } else {
      paths.emplace_back("scheduler.base_momentum");
      paths.emplace_back("scheduler.max_momentum");
    }
    if (options.mode != CyclicMode::kExpRange) paths.emplace_back("scheduler.gamma");
    return paths;
  };
  type.check = [](const Map& parameters) { CyclicLr(ReadCyclicLr(parameters), 0); };
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    return CyclicLr(ReadCyclicLr(parameters), context.momentum);
  };
  return type;
}

// ---- what every type has in common

/// The parameters in their own types. Throws if one is unknown, out of range or missing.
Map Complete(const SchedulerType& type, const Map& parameters) {
  Map complete;
  for (const Parameter& parameter : type.parameters) {
    if (const Value* value = Find(parameters, parameter.name)) {
      try {
        complete[parameter.name] = Coerce(parameter, *value);
      } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(type.name + "." + parameter.name + ": " + error.what());
      }
    } else if (!parameter.default_value) {
      throw std::invalid_argument(type.name + " needs " + parameter.name);
    }
  }
  return complete;
}

}  // namespace

const std::vector<SchedulerType>& SchedulerTypes() {
  static const std::vector<SchedulerType> types = {StepLrType(), CosineAnnealingLrType(),
                                                   CyclicLrType()};
  return types;
}

const SchedulerType* FindSchedulerType(const std::string& name) {
  for (const SchedulerType& type : SchedulerTypes()) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

const SchedulerType& TypeOf(const Map& scheduler) {
  const Value* name = Find(scheduler, "type");
  const auto* text = name == nullptr ? nullptr : name->As<std::string>();
  if (text == nullptr) throw std::invalid_argument("a scheduler needs its type");
  const SchedulerType* type = FindSchedulerType(*text);
  if (type == nullptr) throw std::invalid_argument("scheduler type " + *text + " is not known");
  return *type;
}

std::vector<Parameter> CommonParameters(const SchedulerType& type) {
  std::vector<std::string> intervals = {"epoch"};
  if (!type.epoch_only) intervals.emplace_back("step");
  return {
      {.name = "interval",
       .kind = Kind::kChoice,
       .default_value = type.default_interval,
       .choices = intervals,
       .help = "when the schedule advances"},
      {.name = "warmup",
       .kind = Kind::kMapping,
       .default_value = Value(),
       .members = {{.name = "steps",
                    .kind = Kind::kInteger,
                    .range = {.minimum = 1},
                    .help = "optimizer steps, whatever the interval"},
                   {.name = "start_factor",
                    .default_value = 1.0 / 3,
                    .range = {.minimum = 0, .maximum = 1},
                    .help = "share of the schedule's first rate at step 0"}},
       .help = "a linear rise to the schedule's first rate, in front of it; null: none"},
  };
}

Schedule BuildSchedule(const Map& parameters, const ScheduleContext& context) {
  const SchedulerType& type = TypeOf(parameters);
  const Map complete = Complete(type, parameters);
  type.check(complete);
  return type.build(complete, context);
}

std::optional<Plateau> BuildPlateau(const Map& parameters, const ScheduleContext& context) {
  const SchedulerType& type = TypeOf(parameters);
  if (!type.build_plateau) return std::nullopt;
  const Map complete = Complete(type, parameters);
  type.check(complete);
  return type.build_plateau(complete, context);
}

bool SchedulerType::composed() const {
  for (const Parameter& parameter : parameters) {
    if (parameter.kind == Kind::kSchedulers) return true;
  }
  return false;
}

}  // namespace lrsweep
