#include "sweep/mpi/mpi_launch.h"

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "params/errors.h"
#include "platform/plugin.h"
#include "sweep/mpi/mpi_channel.h"

namespace lrsweep {
namespace {

int NumberFromEnvironment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::atoi(text);
}

/// Whether ranks may die without taking the others with them: mpirun --enable-recovery.
bool HasRecovery() { return NumberFromEnvironment("OMPI_MCA_orte_enable_recovery") == 1; }

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
  if (std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr) {
    return NumberFromEnvironment("OMPI_COMM_WORLD_SIZE") > 1;
  }
  const int tasks = NumberFromEnvironment("SLURM_STEP_NUM_TASKS");
  if (tasks > 1 && std::getenv("PMIX_RANK") == nullptr) {
    throw UsageError("srun started " + std::to_string(tasks) +
                     " processes that cannot find one another; use srun --mpi=pmix, or "
                     "mpirun within sbatch");
  }
  return tasks > 1;
}

std::unique_ptr<Channel> ConnectOverMpi(bool has_gpu) {
  return std::unique_ptr<Channel>(LoadPlugin()(has_gpu, HasRecovery()));
}

}  // namespace lrsweep
