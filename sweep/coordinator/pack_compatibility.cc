#include "sweep/coordinator/pack_compatibility.h"

namespace lrsweep {

std::string PackKey(const Map& params) {
  std::string key;
  for (const char* path : {"dataset", "model.hidden", "training.batch_size", "optimizer.type"}) {
    const Value* value = Find(params, path);
    key += (value != nullptr ? ToJson(*value) : "") + "\n";
  }
  return key;
}

}  // namespace lrsweep
