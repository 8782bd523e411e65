#include "sweep/mpi/mpi_launch.h"

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "params/errors.h"
#include "platform/mpi_rank.h"
#include "platform/plugin.h"
#include "sweep/mpi/mpi_channel.h"
#include "sweep/process/mpirun_command.h"

namespace lrsweep {
namespace {

int NumberFromEnvironment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::atoi(text);
}

/// Whether the ranks were launched with recovery: what our launcher says, or mpirun of Open MPI 4.
bool HasRecovery() {
  return NumberFromEnvironment(kRecoveryVariable) == 1 ||
         NumberFromEnvironment("OMPI_MCA_orte_enable_recovery") == 1;
}

ConnectMpi* LoadPlugin() {
  try {
    return reinterpret_cast<ConnectMpi*>(OpenPlugin(
        kMpiLibrary, kConnectMpi, "the MPI plug-in",
        "build or install lrsweep with MPI, or run on one machine: lrsweep run --workers N"));
  } catch (const std::runtime_error& error) {
    throw ResourceError(error.what());
  }
}

}  // namespace

bool LaunchedUnderMpi() {
  if (const auto rank = FindMpiRank()) return rank->size > 1;
  const int tasks = NumberFromEnvironment("SLURM_STEP_NUM_TASKS");
  if (tasks > 1) {
    throw UsageError("srun started " + std::to_string(tasks) +
                     " processes that cannot find one another; use srun --mpi=pmix (or pmi2, for "
                     "MPICH), or mpirun within sbatch");
  }
  return false;
}

std::unique_ptr<Channel> ConnectOverMpi(bool has_gpu) {
  return std::unique_ptr<Channel>(LoadPlugin()(has_gpu, HasRecovery()));
}

}  // namespace lrsweep
