// Failures that are nobody's bug, told apart by the exit status they lead to.
#pragma once

#include <stdexcept>

namespace lrsweep {

/// The command cannot mean what it says (exit status 2).
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What the sweep needs is not there: no worker that can train (exit status 74).
struct ResourceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace lrsweep
