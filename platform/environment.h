// The environment variables of this process.
#pragma once

#include <cstdlib>
#include <string>

namespace lrsweep {

/// The value of a variable; empty where it is unset.
inline std::string EnvironmentVariable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace lrsweep
