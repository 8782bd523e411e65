// Work that may hang or crash, done in a child process with a time limit.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace lrsweep {

/// What became of the work.
struct ChildEnd {
  bool timed_out = false;  // it was killed at the limit
  int signal = 0;          // that ended it; 0: none
  int status = -1;         // that it exited with; -1: timed out or ended by a signal
  std::string output;      // what it wrote to stdout and stderr, at most 1 MB

  bool Succeeded() const { return status == 0; }
  /// Of RunProgramLimited: there is no such program.
  bool IsMissing() const { return status == kMissing; }

  static constexpr int kMissing = 127;  // as a shell says it
};

/// Forks a child that runs `work` and exits with the status that it returns; an exception is its
/// message as output, and status 1. The child has no stdin and a process group of its own, which is
/// killed at the limit and when the work is done. A child that the kernel cannot end (a dead
/// network disk) is left behind. This process must have a single thread. Throws std::system_error
/// where there can be no child.
ChildEnd RunLimited(const std::function<int()>& work, std::chrono::milliseconds limit);

/// Runs a program with these arguments, its name first, found on PATH. Without such a program
/// IsMissing.
ChildEnd RunProgramLimited(const std::vector<std::string>& argv, std::chrono::milliseconds limit);

}  // namespace lrsweep
