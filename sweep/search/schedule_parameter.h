// The description of a parameter in a trial's scheduler section.
#pragma once

#include <string>

#include "params/parameter.h"
#include "params/value.h"

namespace lrsweep {

/// The row of the table that describes the parameter at `path` ("gamma", "schedulers.1.gamma",
/// "warmup.steps") of a scheduler section; nullptr for a path that none describes, such as "type".
const Parameter* ParameterAt(const Map& scheduler, const std::string& path);

}  // namespace lrsweep
