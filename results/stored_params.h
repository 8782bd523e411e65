// A trial's parameters as the database stores them.
#pragma once

#include <string>

#include "params/value.h"

namespace lrsweep {

/// The parameters in `params_json` (`trials.params`). Throws StoreError unless it is a JSON object.
Map StoredParams(const std::string& params_json);

}  // namespace lrsweep
