// A parameter's value out of JSON: the opposite of ToJson in params/value.h.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "params/value.h"

namespace lrsweep {

/// What is no parameter's value (binary data) becomes null.
Value FromJson(const nlohmann::json& json);

/// A trial's parameters, as the database has them in `trials.params`. Throws std::invalid_argument
/// where they are no JSON object.
Map ParseParams(const std::string& json);

}  // namespace lrsweep
