// The guard: a small process beside a worker that ends the worker's programs when the worker dies,
// even by SIGKILL. The kernel ends only a program itself with its parent, not what it started.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "platform/unique_fd.h"

namespace lrsweep {

/// A worker's guard. It is this executable with a hidden argument, so main() must begin with
/// RunGuardIfAsked. When a socket between the two ends, it kills the process group that it was told
/// of, and then every process that has the worker's mark in its environment, until there is none.
/// Not thread-safe.
class Guard {
 public:
  /// Starts it. Throws std::system_error.
  Guard();
  /// Ends it, and waits for that; programs that run are not touched.
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  pid_t pid() const { return pid_; }
  /// The variable, of a value that no other worker has, that marks processes as this worker's.
  static constexpr const char* kVariable = "LRSWEEP_GUARD";
  const std::string& mark() const { return mark_; }

  /// Tells it of the process group that runs now; 0: none.
  void Watch(pid_t group) const;

 private:
  std::string mark_;
  UniqueFd socket_;
  pid_t pid_ = 0;
};

/// To be called first in main(): where this process is a guard, returns its exit status when its
/// work is done.
std::optional<int> RunGuardIfAsked(int argc, char** argv);

}  // namespace lrsweep
