// `lrsweep run --workers N`: launches mpirun as torchrun launches its processes, and sees to it
// that the sweep ends: the true exit status, a new launch where the coordinator died, nothing left
// over.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lrsweep {

struct LaunchOptions {
  int64_t workers = 1;
  int64_t max_restarts = 3;                   // launches after the first one
  std::string hostfile;                       // mpirun's; empty: this machine, or what Slurm gave
  std::vector<std::string> mpirun_arguments;  // more of them, the user's
  /// After three times that without a word, what is on a machine that is cut off ends by itself.
  double worker_timeout_seconds = 60;
  /// How long mpirun may take to end after the coordinator, and again after it was told to.
  std::chrono::milliseconds end_limit{5000};
};

/// What mpirun is called with: rank 0 coordinates, so one rank more than workers; ranks that die
/// take none with them (recovery); the coordinator sleeps, so it needs no core of its own; nothing
/// is bound, a rank has one thread. `variables`: NAME=value for every rank's environment;
/// `program`: what every rank runs, with its arguments.
std::vector<std::string> MpirunCommand(const LaunchOptions& options, bool as_root,
                                       const std::vector<std::string>& variables,
                                       const std::vector<std::string>& program);

/// Launches and waits. `database_status`: the exit status that the database tells, or nothing where
/// it cannot be read; it is asked where the coordinator ran on another machine and could leave none
/// itself. Interrupts that come meanwhile (interrupt.h) reach every rank as SIGUSR1, which mpirun
/// passes on without killing anything; the second one ends all at once. Throws ResourceError where
/// mpirun cannot be started. `say` is told, in sentences, of new launches.
int Launch(const LaunchOptions& options, const std::vector<std::string>& program,
           const std::function<std::optional<int>()>& database_status,
           const std::function<void(const std::string&)>& say);

/// Seconds since the launcher began, its earlier launches included; 0 where there is none.
double SecondsSinceLaunch();

}  // namespace lrsweep
