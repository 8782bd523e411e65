// mpirun as a child of the launcher.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace lrsweep {

/// mpirun while it runs: in a process group of its own, and ended with this program.
class MpirunProcess {
 public:
  /// Starts `command`. `end_limit`: what End gives it to end by itself. Throws ResourceError.
  MpirunProcess(const std::vector<std::string>& command,
                std::chrono::steady_clock::duration end_limit);
  ~MpirunProcess() { EndAtOnce(); }
  MpirunProcess(const MpirunProcess&) = delete;
  MpirunProcess& operator=(const MpirunProcess&) = delete;

  bool Runs();
  /// The ranks that it has started on this machine, those that are there now.
  std::set<pid_t> Ranks() const;
  /// Returns when a child ends or a signal comes, at the latest after `duration`.
  static void Wait(std::chrono::nanoseconds duration);
  void Signal(int signal) const;
  /// With its ranks on this machine, since one that is stopped would not notice that it is gone.
  void Kill() const;
  /// Kills it, and returns when it is gone.
  void EndAtOnce();
  /// Asks it to end; after a while it has to.
  void End();
  /// Whether there was no such program.
  bool CouldNotStart() const;

 private:
  std::chrono::steady_clock::duration end_limit_;
  pid_t pid_ = 0;
  int wait_status_ = 0;
};

/// How many ranks mpirun starts on the machine of `rank`, as that rank's environment says; 0 where
/// it says nothing.
size_t RanksOnMachineOf(pid_t rank);

}  // namespace lrsweep
