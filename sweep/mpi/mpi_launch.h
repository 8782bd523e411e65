// What the program knows of MPI before it loads the plug-in: whether it was launched by it.
#pragma once

#include <memory>

#include "sweep/messages/channel.h"

namespace lrsweep {

/// Whether this process was launched as one of several MPI ranks, by the launcher's environment
/// variables: a lone process never starts MPI. Throws UsageError where several processes were
/// launched that cannot find one another (srun without --mpi=pmix).
bool LaunchedUnderMpi();

/// Loads the plug-in and connects this rank to the others (mpi_channel.h). Throws ResourceError
/// where the plug-in is missing or cannot be loaded, and UsageError where the ranks did not find
/// one another.
std::unique_ptr<Channel> ConnectOverMpi(bool has_gpu);

}  // namespace lrsweep
