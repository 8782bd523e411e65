#include "schedulers/catalog.h"

#include <map>
#include <stdexcept>

#include "params/find_by_name.h"
#include "schedulers/compose.h"
#include "schedulers/cosine.h"
#include "schedulers/cyclic.h"
#include "schedulers/decay.h"
#include "schedulers/formula.h"
#include "schedulers/inverse_sqrt.h"
#include "schedulers/inverse_time.h"
#include "schedulers/one_cycle.h"
#include "schedulers/piecewise.h"
#include "schedulers/plateau.h"
#include "schedulers/range_test.h"
#include "schedulers/rex.h"
#include "schedulers/table.h"
#include "schedulers/trial_schedule.h"
#include "schedulers/wsd.h"

namespace lrsweep {

const std::vector<SchedulerType>& SchedulerTypes() {
  static const std::vector<SchedulerType> types = {
      StepLrType(),
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
      CosineWithHardRestartsType(),
      RexType(),
      InverseTimeDecayType(),
      PiecewiseLinearType(),
      PiecewiseConstantType(),
      LrRangeTestType(),
      FormulaType(),
      TableType(),
  };
  return types;
}

const SchedulerType* FindSchedulerType(const std::string& name) {
  return FindByName(SchedulerTypes(), name);
}

const SchedulerType& TypeOf(const Map& scheduler) {
  const Value* name = Find(scheduler, "type");
  const auto* text = name == nullptr ? nullptr : name->As<std::string>();
  if (text == nullptr) throw std::invalid_argument("a scheduler needs its type");
  const SchedulerType* type = FindSchedulerType(*text);
  if (type == nullptr) throw std::invalid_argument("scheduler type " + *text + " is not known");
  return *type;
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
                    .range = AtLeast(1),
                    .counts_ticks = true,
                    .help =
                        "optimizer steps, whatever the interval; a share is of the whole trial"},
                   {.name = "start_factor",
                    .default_value = 1.0 / 3,
                    .range = Between(0, 1),
                    .help = "share of the schedule's first rate at step 0"},
                   {.name = "shape",
                    .kind = Kind::kChoice,
                    .default_value = "linear",
                    .choices = WarmupShapes(),
                    .help = "how it rises over the share p of its steps: p, (1 - cos(pi * p)) / 2, "
                            "p ^ power; or by equal factors"},
                   {.name = "power",
                    .default_value = Value(),
                    .range = Above(0),
                    .help = "exponent in shape polynomial; null: 2"}},
       .help = "a rise to the schedule's first rate, in front of it; null: none"},
  };
}

}  // namespace

const std::vector<Parameter>& CommonParameters(const SchedulerType& type) {
  using Tables = std::map<std::string, std::vector<Parameter>>;
  static const Tables tables = [] {
    Tables made;
    for (const SchedulerType& known : SchedulerTypes()) made[known.name] = MakeCommon(known);
    return made;
  }();
  return tables.at(type.name);
}

Map CoerceParameters(const SchedulerType& type, const Map& scheduler) {
  Map coerced;
  for (const Parameter& parameter : type.parameters) {
    if (const Value* value = Find(scheduler, parameter.name)) {
      try {
        coerced[parameter.name] = Coerce(parameter, *value);
      } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(type.name + "." + parameter.name + ": " + error.what());
      }
    } else if (!parameter.default_value) {
      throw std::invalid_argument(type.name + " needs " + parameter.name);
    }
  }
  return coerced;
}

Schedule BuildSchedule(const Map& scheduler, const ScheduleContext& context) {
  const SchedulerType& type = TypeOf(scheduler);
  return type.build(CoerceParameters(type, scheduler), context);
}

std::optional<Plateau> BuildPlateau(const Map& scheduler, const ScheduleContext& context) {
  const SchedulerType& type = TypeOf(scheduler);
  if (!type.build_plateau) return std::nullopt;
  return type.build_plateau(CoerceParameters(type, scheduler), context);
}

}  // namespace lrsweep
