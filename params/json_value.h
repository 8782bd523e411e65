// Parameter values from JSON: the inverse of ToJson in params/value.h.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "params/value.h"

namespace lrsweep {

/// JSON that no value can hold (binary data) becomes null.
Value FromJson(const nlohmann::json& json);

/// A trial's parameters, as the database has them in `trials.params`. Throws std::invalid_argument
/// where they are no JSON object.
Map ParseParams(const std::string& json);

}  // namespace lrsweep
