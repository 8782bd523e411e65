// Which MPI an mpirun or a library belongs to.
#pragma once

#include <string>

namespace lrsweep {

/// The MPIs whose mpirun have the same options.
enum class MpiFamily {
  kOpenMpi,  // Open MPI 4 and 5, and what vendors make of it
  kMpich     // MPICH, Intel MPI, MVAPICH: started by Hydra, compatible as libraries
};

/// Tells the family by what `mpirun --version` prints, or what MPI_Get_library_version returns.
/// What is unknown is taken for Open MPI, which vendors ship under names of their own.
MpiFamily FamilyOf(const std::string& version);

/// Runs `mpirun --version` (a few milliseconds). Throws ResourceError where there is no mpirun.
MpiFamily FindMpirun();

/// Whether a rank may die without the others: with Open MPI's --enable-recovery. Hydra ends them
/// all.
inline bool HasRecovery(MpiFamily family) { return family == MpiFamily::kOpenMpi; }

/// "Open MPI", or "MPICH or Intel MPI".
const char* NameOf(MpiFamily family);

}  // namespace lrsweep
