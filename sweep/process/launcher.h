// The launcher of `lrsweep run --workers N`: runs the sweep under mpirun and returns the
// coordinator's exit status. Launches again when the coordinator dies, and leaves no process
// behind.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lrsweep {

struct LaunchOptions {
  int64_t workers = 1;                        // at least 1
  int64_t max_restarts = 3;                   // launches after the first one
  std::string hostfile;                       // mpirun's; empty: this machine, or Slurm's nodes
  std::vector<std::string> mpirun_arguments;  // the user's further arguments for mpirun
  /// On a machine that is cut off from the coordinator, ranks and mpirun's daemon end by themselves
  /// after three times this silence.
  double worker_timeout_seconds = 60;
  /// How long mpirun may take to end after the coordinator has ended, and again after a SIGTERM.
  std::chrono::milliseconds end_limit{5000};
};

/// Runs `program` under mpirun, launches it again if the coordinator dies, and returns the exit
/// status of the sweep. `database_status` returns the exit status that the database implies, or
/// nothing if the database cannot be read; it is called if the coordinator left no status, for
/// example because it ran on another machine. An interrupt (interrupt.h) is passed to every rank as
/// SIGUSR1, which mpirun forwards without killing anything; a second one kills all processes. `say`
/// receives a sentence about each new launch. Throws ResourceError if mpirun cannot be started.
int Launch(const LaunchOptions& options, const std::vector<std::string>& program,
           const std::function<std::optional<int>()>& database_status,
           const std::function<void(const std::string&)>& say);

/// Returns the seconds since the launcher of this process started, including its earlier launches;
/// 0 if there is no launcher.
double SecondsSinceLaunch();

}  // namespace lrsweep
