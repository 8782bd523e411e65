// The command line of mpirun, whose options differ from one MPI to another.
#pragma once

#include <string>
#include <vector>

#include "sweep/process/launcher.h"

namespace lrsweep {

/// Returns the command line of options.mpi's mpirun:
///  - one rank more than workers, because rank 0 coordinates;
///  - with recovery, so that a rank that dies ends no other rank, and with a variable that tells
///    the ranks so (kRecoveryVariable);
///  - with oversubscription, because the coordinator sleeps and needs no core of its own;
///  - without binding, because a rank has one thread.
/// `variables` are NAME=VALUE for the environment of every rank; `program` is what every rank runs,
/// with its arguments.
std::vector<std::string> MpirunCommand(const LaunchOptions& options, bool as_root,
                                       std::vector<std::string> variables,
                                       const std::vector<std::string>& program);

/// 1 in the environment of ranks that were launched with recovery. Open MPI 5 has no variable of
/// its own that says so.
inline constexpr const char* kRecoveryVariable = "LRSWEEP_RECOVERY";

}  // namespace lrsweep
