// Runs mpirun as a child process of the launcher.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace lrsweep {

/// A running mpirun. It has a process group of its own, and is killed when this object or this
/// program ends. Not thread-safe.
class MpirunProcess {
 public:
  /// Starts `command`. Terminate gives it `end_limit` to end by itself. Throws ResourceError if no
  /// process can be created.
  MpirunProcess(const std::vector<std::string>& command,
                std::chrono::steady_clock::duration end_limit);
  ~MpirunProcess() { KillAndWait(); }
  MpirunProcess(const MpirunProcess&) = delete;
  MpirunProcess& operator=(const MpirunProcess&) = delete;

  bool IsRunning();
  /// The ranks on this machine that it has started and that exist now.
  std::set<pid_t> Ranks() const;
  /// Waits until a child ends or a signal arrives, for at most `duration` (below one second).
  static void Wait(std::chrono::nanoseconds duration);
  void Signal(int signal) const;
  /// Kills it and its ranks on this machine. A rank that is stopped (SIGSTOP) would not notice that
  /// mpirun is gone.
  void Kill() const;
  /// Kills it and waits until it is gone.
  void KillAndWait();
  /// Sends SIGTERM, kills it after the end limit, and waits until it is gone.
  void Terminate();
  /// Whether the program could not be executed, for example because mpirun is not installed.
  bool CouldNotStart() const;

 private:
  std::chrono::steady_clock::duration end_limit_;
  pid_t pid_ = 0;
  int wait_status_ = 0;
};

/// Returns how many ranks mpirun starts on this machine, read from the environment of one of them;
/// 0 if it does not say.
size_t CountLocalRanks(pid_t rank);

}  // namespace lrsweep
