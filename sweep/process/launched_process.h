// Runs what the launcher launches as its child process: mpirun, or the coordinator of forked
// workers.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace lrsweep {

/// What is launched.
struct LaunchCommand {
  std::string file;                         // executed; without a slash one of the PATH
  std::vector<std::string> words;           // its name and arguments
  std::vector<std::string> variables = {};  // NAME=VALUE, added to the environment
  /// All processes that it starts stay in its process group, and end with it.
  bool has_all_in_group = false;
};

/// The running process. It has a process group of its own, and is killed when this object or this
/// program ends. Not thread-safe.
class LaunchedProcess {
 public:
  /// Starts `command`. Terminate gives it `end_limit` to end by itself. Throws ResourceError if no
  /// process can be created.
  LaunchedProcess(const LaunchCommand& command, std::chrono::steady_clock::duration end_limit);
  ~LaunchedProcess() { KillAndWait(); }
  LaunchedProcess(const LaunchedProcess&) = delete;
  LaunchedProcess& operator=(const LaunchedProcess&) = delete;

  /// False once it has ended, and all of its group with it; where that has all that it starts, all
  /// children that have come to this process meanwhile, too.
  bool IsRunning();
  /// The processes on this machine that it has started of this program, and that exist now.
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
  /// waitpid's, once it has ended.
  int wait_status() const { return wait_status_; }

 private:
  void NoteEnd();

  std::chrono::steady_clock::duration end_limit_;
  bool has_all_in_group_;
  std::set<pid_t> others_;  // children of this process from before
  pid_t pid_ = 0;
  int wait_status_ = 0;
};

/// Returns how many ranks mpirun starts on this machine, read from the environment of one of them;
/// 0 if it does not say.
size_t CountLocalRanks(pid_t rank);

}  // namespace lrsweep
