// The command line of mpirun, whose options differ from one MPI to another.
#pragma once

#include <string>
#include <vector>

#include "sweep/process/launcher.h"

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

/// Returns mpirun's command line:
///  - one rank more than workers, because rank 0 coordinates;
///  - with recovery, so that a rank that dies ends no other rank, and with a variable that tells
///    the ranks so (kRecoveryVariable);
///  - with oversubscription, because the coordinator sleeps and needs no core of its own;
///  - without binding, because a rank has one thread.
/// `variables` are NAME=VALUE for the environment of every rank; `program` is what every rank runs,
/// with its arguments.
std::vector<std::string> MpirunCommand(MpiFamily family, const LaunchOptions& options, bool as_root,
                                       std::vector<std::string> variables,
                                       const std::vector<std::string>& program);

/// 1 in the environment of ranks that were launched with recovery. Open MPI 5 has no variable of
/// its own that says so.
inline constexpr const char* kRecoveryVariable = "LRSWEEP_RECOVERY";

}  // namespace lrsweep
