// The catalog of scheduler types, and the schedule that a trial's `scheduler` section means.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "params/parameter.h"
#include "params/value.h"
#include "schedulers/plateau.h"
#include "schedulers/schedule.h"
#include "schedulers/scheduler_type.h"

namespace lrsweep {

/// All types, in the order of the documentation. The one list: a new type is one line of it.
const std::vector<SchedulerType>& SchedulerTypes();

/// The type of that name, or nullptr.
const SchedulerType* FindSchedulerType(const std::string& name);

/// The type that a scheduler's section, or a member of a composed one, names under `type`. Throws
/// std::invalid_argument where there is no such type.
const SchedulerType& TypeOf(const Map& scheduler);

/// The parameters that every entry has besides `type` and the type's own: `interval` (when the
/// schedule advances) and `warmup` (null, or a mapping of `steps` and `start_factor`, complete in a
/// trial). Members of a composed schedule have neither. trial_schedule.h says what they mean.
const std::vector<Parameter>& CommonParameters(const SchedulerType& type);

/// Builds the schedule of a trial's `scheduler` section: `type` and the type's own parameters;
/// other names are ignored. A parameter that is left out has its default, so that trials stored
/// before the parameter existed keep their meaning. Throws std::invalid_argument for an unknown
/// type and a missing or bad parameter, and as SchedulerType::build does.
Schedule BuildSchedule(const Map& scheduler, const ScheduleContext& context);

/// Builds the state machine of a type that follows a metric; nothing for all other types. Throws as
/// BuildSchedule does.
std::optional<Plateau> BuildPlateau(const Map& scheduler, const ScheduleContext& context);

/// The type's parameters in `scheduler`, each in its own type. What is left out stays out, what is
/// not the type's is dropped. Throws std::invalid_argument where one is out of range or missing.
Map CoerceParameters(const SchedulerType& type, const Map& scheduler);

}  // namespace lrsweep
