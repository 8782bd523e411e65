// The description of a parameter in a trial's scheduler section.
#pragma once

#include <string>
#include <string_view>

#include "params/parameter.h"
#include "params/value.h"

namespace lrsweep {

/// Begins the path of an axis in the scheduler section ("scheduler.gamma").
inline constexpr std::string_view kSchedulerPrefix = "scheduler.";

/// The row of the table that describes the parameter at `path` ("gamma", "schedulers.1.gamma",
/// "warmup.steps") of a scheduler section; nullptr for a path that none describes, such as "type".
const Parameter* ParameterAt(const Map& scheduler, const std::string& path);

}  // namespace lrsweep
