// What the exit status says, and the failures that are nobody's bug, told apart by it.
#pragma once

#include <stdexcept>

namespace lrsweep {

/// What the program's exit status says (DESIGN: "The command").
enum ExitStatus {
  kAllEndedWell = 0,
  kSomeFailed = 1,
  kUserMistake = 2,
  kBug = 70,
  kIoFailed = 74,
  kInterrupted = 75,
};

/// The command cannot mean what it says (exit status 2).
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What the sweep needs is not there: no worker that can train (exit status 74).
struct ResourceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace lrsweep
