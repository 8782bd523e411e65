// The channel over MPI: the plug-in liblrsweep_mpi.so. Nothing else uses MPI.
//
// Nothing blocks: both ends poll and sleep, since a blocking MPI receive keeps a core busy.
#pragma once

#include "sweep/messages/channel.h"

namespace lrsweep {

// What the shared library exports. Program and library come from the same build, so that the
// interface needs no version.

inline constexpr const char* kMpiLibrary = "liblrsweep_mpi.so";
inline constexpr const char* kConnectMpi = "lrsweep_connect_mpi";

/// The type of the exported function kConnectMpi: initializes MPI and returns the channel to the
/// other ranks, which the caller owns; its end finalizes MPI. `has_gpu`: this process could train
/// on one. `survives_deaths`: the ranks were launched so that one may die without the others.
/// Throws UsageError where the ranks did not find one another.
using ConnectMpi = Channel*(bool has_gpu, bool survives_deaths);

}  // namespace lrsweep
