// The channel over MPI: the plug-in liblrsweep_mpi.so. Nothing else uses MPI.
//
// Nothing blocks: both ends poll and sleep, since a blocking MPI receive keeps a core busy.
#pragma once

#include "sweep/messages/channel.h"

namespace lrsweep {

/// What the plug-in offers. Errors cross the border as text, since an exception of one C++ library
/// is none for a program that is linked to another one statically.
struct MpiPlugin {
  /// What MPI_Get_library_version says: "Open MPI v4.1.4, ...". May be called without MPI_Init.
  const char* (*library_version)();

  /// Initializes MPI and returns the channel to the other ranks, which the caller owns; its end
  /// finalizes MPI. Null where this process finds no others. `has_gpu`: this process could train
  /// on one. `survives_deaths`: the ranks were launched so that one may die without the others.
  Channel* (*connect)(bool has_gpu, bool survives_deaths);
};

inline constexpr const char* kMpiLibrary = "liblrsweep_mpi.so";
/// The function that it exports: `const MpiPlugin*()`.
inline constexpr const char* kMpiPlugin = "lrsweep_mpi_plugin";

}  // namespace lrsweep
