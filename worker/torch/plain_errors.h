// LibTorch's errors as messages for people.
#pragma once

#include <c10/util/Exception.h>

#include <stdexcept>
#include <string>

#include "worker/engine.h"

namespace lrsweep {

/// Whether LibTorch got no memory, on a GPU or from its CPU allocator, which has no type for it.
inline bool IsOutOfMemory(const c10::Error& error) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) return true;
  const std::string text = error.what_without_backtrace();
  return text.find("DefaultCPUAllocator: can't allocate memory") != std::string::npos ||
         text.find("DefaultCPUAllocator: not enough memory") != std::string::npos;
}

/// Runs `action`. Turns LibTorch's error into a std::runtime_error without the C++ backtrace;
/// into OutOfMemory where that is what it says.
template <typename Action>
auto WithPlainErrors(const Action& action) -> decltype(action()) {
  try {
    return action();
  } catch (const c10::Error& error) {
    if (IsOutOfMemory(error)) throw OutOfMemory(error.what_without_backtrace());
    throw std::runtime_error(error.what_without_backtrace());
  }
}

}  // namespace lrsweep
