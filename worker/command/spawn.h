// Starts a process without copying this one: MPI's memory may not be copied.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace lrsweep {

struct SpawnOptions {
  std::string file;                      // of the executable
  std::vector<std::string> argv;         // the name first
  std::vector<std::string> environment;  // NAME=VALUE
  int stdin_fd = -1;                     // below 0: /dev/null, as for the next two
  int stdout_fd = -1;
  int stderr_fd = -1;
  int inherited_fd = -1;          // stays open under its number; all others are closed
  bool dies_with_parent = false;  // with the thread that calls Spawn: SIGKILL
  bool leaves_session = false;    // no signal of the terminal or the batch system reaches it
};

/// Starts the process as the leader of a process group of its own, with no signal blocked or
/// ignored by inheritance but SIGHUP (nohup). Throws std::system_error where it cannot be created
/// or the file cannot be executed. Uses vfork: the child shares this process' memory until it
/// executes the file.
pid_t Spawn(const SpawnOptions& options);

}  // namespace lrsweep
