// Search in a table by name.
#pragma once

#include <string_view>
#include <vector>

namespace lrsweep {

/// The first element whose member `name` is `name`, or nullptr.
template <typename Named>
const Named* FindByName(const std::vector<Named>& all, std::string_view name) {
  for (const Named& one : all) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace lrsweep
