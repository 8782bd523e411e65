// The program's exit statuses, and the exceptions that stand for two of them.
#pragma once

#include <stdexcept>

namespace lrsweep {

/// The exit status of the program; 70 to 75 as in sysexits.h.
enum ExitStatus {
  kAllEndedWell = 0,
  kSomeFailed = 1,
  kUserMistake = 2,
  kBug = 70,
  kIoFailed = 74,
  kInterrupted = 75,
};

/// A mistake in the command or the configuration (exit status 2).
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Something that the sweep needs is missing, such as a worker that can train (exit status 74).
struct ResourceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace lrsweep
