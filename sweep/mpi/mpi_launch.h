// What the program knows of MPI before it starts it: whether it was launched by it, and whether
// the plug-in and mpirun fit together.
#pragma once

#include <memory>

#include "sweep/messages/channel.h"
#include "sweep/process/mpi_family.h"

namespace lrsweep {

/// Whether this process was launched as one of several MPI ranks, by the launcher's environment
/// variables: a lone process never starts MPI. Throws UsageError where several processes were
/// launched that cannot find one another (srun without --mpi=pmix).
bool LaunchedUnderMpi();

/// For a launcher: loads the plug-in, and finds out which MPI's mpirun is in PATH. Throws
/// ResourceError where one of them is missing or cannot be loaded, or where they are of two MPIs.
MpiFamily RequireMpi();

/// Whether the ranks were launched so that one may die without the others: with recovery, by our
/// launcher or by mpirun of Open MPI 4 (5 does not say).
bool RanksSurviveDeaths();

/// Loads the plug-in and connects this rank to the others (mpi_channel.h). Throws ResourceError
/// where the plug-in is missing or cannot be loaded, and UsageError where the ranks did not find
/// one another.
std::unique_ptr<Channel> ConnectOverMpi(bool has_gpu);

}  // namespace lrsweep
