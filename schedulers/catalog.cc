#include "schedulers/catalog.h"

#include <map>

#include "schedulers/catalog_entries.h"

namespace lrsweep {

// ---- what entries share

Map CoerceParameters(const SchedulerType& type, const Map& parameters) {
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

namespace {

std::vector<Parameter> MakeCommon(const SchedulerType& type) {
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

}  // namespace

bool IsRun(const Map& parameters, std::string_view name, bool by_default) {
  const Value* value = Find(parameters, name);
  if (value == nullptr || value->IsNull()) return by_default;
  return *value == Value("run");
}

void ReadTicks(const Map& parameters, std::string_view name, const ScheduleContext& context,
               int64_t& field, bool run_by_default) {
  if (!IsRun(parameters, name, run_by_default)) {
    Read(parameters, name, field);
    return;
  }
  if (context.run_ticks < 1) {
    throw std::invalid_argument(std::string(name) +
                                ": run: nothing of the run is left to the schedule");
  }
  field = context.run_ticks;
}

void ReadIntegers(const Map& parameters, std::string_view name, std::vector<int64_t>& field) {
  List list;
  Read(parameters, name, list);
  for (const Value& value : list) field.push_back(std::get<int64_t>(value));
}

// ---- the table

const std::vector<SchedulerType>& SchedulerTypes() {
  static const std::vector<SchedulerType> types = {StepLrType(),
                                                   MultiStepLrType(),
                                                   ConstantLrType(),
                                                   LinearLrType(),
                                                   ExponentialLrType(),
                                                   PolynomialLrType(),
                                                   CosineAnnealingLrType(),
                                                   CosineAnnealingWarmRestartsType(),
                                                   CyclicLrType(),
                                                   OneCycleLrType(),
                                                   ReduceLrOnPlateauType(),
                                                   SequentialLrType(),
                                                   ChainedSchedulerType(),
                                                   WsdType(),
                                                   InverseSqrtType(),
                                                   PiecewiseLinearType(),
                                                   LrRangeTestType()};
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

const std::vector<Parameter>& CommonParameters(const SchedulerType& type) {
  using Tables = std::map<std::string, std::vector<Parameter>>;
  static const Tables tables = [] {
    Tables made;
    for (const SchedulerType& known : SchedulerTypes()) made[known.name] = MakeCommon(known);
    return made;
  }();
  return tables.at(type.name);
}

Schedule BuildSchedule(const Map& parameters, const ScheduleContext& context) {
  const SchedulerType& type = TypeOf(parameters);
  const Map complete = CoerceParameters(type, parameters);
  type.check(complete);
  return type.build(complete, context);
}

std::optional<Plateau> BuildPlateau(const Map& parameters, const ScheduleContext& context) {
  const SchedulerType& type = TypeOf(parameters);
  if (!type.build_plateau) return std::nullopt;
  const Map complete = CoerceParameters(type, parameters);
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
