// A running program with its output: started by name, stopped with all that it has started.
#pragma once

#include <sys/types.h>

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/unique_fd.h"
#include "worker/command/child_environment.h"

namespace lrsweep {

/// The program could not be started: "python3: no such program on PATH".
struct ProgramNotStarted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The executable that a program's name means: a path where there is a '/' in it, else the first on
/// the PATH of `environment`. Throws ProgramNotStarted.
std::string FindProgram(const std::string& name, const Environment& environment);

/// A child process, in a process group of its own, with stdin from /dev/null. It is killed when the
/// thread that started it ends. Not thread-safe.
///
/// This process must be a subreaper (BecomeSubreaper), so that what the program leaves running
/// becomes a child of this process and can be ended.
class ChildProcess {
 public:
  /// Starts it. `inherited_fd` stays open in it (below 0: none). Throws ProgramNotStarted.
  ChildProcess(const std::vector<std::string>& argv, const Environment& environment,
               int inherited_fd);
  /// Kills it with all that it has started, and waits until they are gone.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t group() const { return pid_; }
  /// The ends of its pipes; they are read without waiting.
  int out() const { return out_.get(); }
  int err() const { return err_.get(); }
  /// Becomes readable when it ends; below 0 where the kernel has no such thing.
  int end_fd() const { return end_.get(); }

  /// Whether it has ended by itself or by a signal.
  bool HasEnded() const;
  /// Sends the signal to its process group.
  void Signal(int signal) const;
  /// Collects orphans that have ended, of a program that leaves many.
  void ReapOrphans() const;
  /// Kills what is left of its group and everything else that it has started, and returns its wait
  /// status. To be called once.
  int Finish();

 private:
  pid_t pid_ = 0;
  UniqueFd out_, err_, end_;
  std::set<pid_t> others_;  // children of this process from before
};

/// Makes this process the parent of what its children leave running.
void BecomeSubreaper();

}  // namespace lrsweep
