// LibTorch's errors as messages for people.
#pragma once

#include <c10/util/Exception.h>

#include <stdexcept>

namespace lrsweep {

/// Runs `action`. Turns LibTorch's error into a std::runtime_error without the C++ backtrace.
template <typename Action>
auto WithPlainErrors(const Action& action) -> decltype(action()) {
  try {
    return action();
  } catch (const c10::Error& error) {
    throw std::runtime_error(error.what_without_backtrace());
  }
}

}  // namespace lrsweep
