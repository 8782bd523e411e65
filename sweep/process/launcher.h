// The launcher of `lrsweep run --workers N`: runs the sweep in processes of its own and returns the
// coordinator's exit status. Launches again when the coordinator dies, and leaves no process
// behind. The processes are a coordinator that forks its workers, or the ranks of an mpirun.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sweep/process/launcher_choice.h"
#include "sweep/process/mpi_family.h"

namespace lrsweep {

struct LaunchOptions {
  LaunchMethod method = LaunchMethod::kMpirun;
  MpiFamily mpi = MpiFamily::kOpenMpi;        // mpirun's
  int64_t workers = 1;                        // at least 1
  int64_t max_restarts = 3;                   // launches after the first one
  std::string hostfile;                       // mpirun's; empty: this machine, or Slurm's nodes
  std::vector<std::string> mpirun_arguments;  // the user's further arguments for mpirun
  /// On a machine that is cut off from the coordinator, ranks and mpirun's daemon end by themselves
  /// after three times this silence.
  double worker_timeout_seconds = 60;
  /// How long the launched process may take to end after the coordinator has told its end, and
  /// again after a SIGTERM.
  std::chrono::milliseconds end_limit{5000};
};

/// Runs `program` under mpirun, or as a coordinator that forks its workers; launches it again if
/// the coordinator dies, and returns the exit status of the sweep. `database_status` returns the
/// exit status that the database implies, or nothing if the database cannot be read; it is called
/// if the coordinator left no status, for example because it ran on another machine. An interrupt
/// (interrupt.h) is passed on as SIGUSR1, which mpirun forwards to every rank without killing
/// anything; a second one kills all processes. `say` receives a sentence about each new launch.
/// Throws ResourceError if what is launched cannot be started.
int Launch(const LaunchOptions& options, const std::vector<std::string>& program,
           const std::function<std::optional<int>()>& database_status,
           const std::function<void(const std::string&)>& say);

/// Whether a launcher started this process as the coordinator that forks its workers.
bool ForksWorkers();

/// Returns the seconds since the launcher of this process started, including its earlier launches;
/// 0 if there is no launcher.
double SecondsSinceLaunch();

}  // namespace lrsweep
