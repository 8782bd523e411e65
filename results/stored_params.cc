#include "results/stored_params.h"

#include <stdexcept>

#include "params/json_value.h"
#include "results/store.h"

namespace lrsweep {

Map StoredParams(const std::string& params_json) {
  try {
    return ParseParams(params_json);
  } catch (const std::invalid_argument&) {
    throw StoreError("a trial's params are no JSON object: " + params_json);
  }
}

}  // namespace lrsweep
