// The program's exit statuses, and the exceptions that stand for two of them. ConfigError carries
// the place of the mistake.
#pragma once

#include <stdexcept>
#include <string>

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

/// A mistake in the command (exit status 2).
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Something that the sweep needs is missing, such as a worker that can train (exit status 74).
struct ResourceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A place in a configuration. Lines and columns count from 1; line 0 means that `file` is not a
/// file but an option of the command ("--set training.epochs=5").
struct Location {
  std::string file;
  int line = 0;
  int column = 0;
  /// The column of a text's first character, if the text is on one line and written literally, with
  /// or without quotes; else 0.
  int text_column = 0;
};

/// A mistake in the configuration (exit status 2). what() is "file:line:column: what is wrong".
struct ConfigError : std::runtime_error {
  ConfigError(const Location& where, const std::string& what);
  Location at;
};

}  // namespace lrsweep
