#include "platform/mpi_rank.h"

#include <array>
#include <cstdlib>

namespace lrsweep {
namespace {

struct Variables {
  const char* rank;
  const char* size;
  const char* local_size;
  const char* launcher;
};

constexpr std::array<Variables, 4> kLaunchers = {{
    // Open MPI.
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE", "Open MPI"},
    // Hydra, the mpirun of MPICH, Intel MPI and MVAPICH. srun --mpi=pmi2 sets the first two.
    {"PMI_RANK", "PMI_SIZE", "MPI_LOCALNRANKS", "MPICH"},
    // MVAPICH's mpirun_rsh.
    {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_LOCAL_SIZE", "MVAPICH"},
    // srun --mpi=pmix. Without it the step has several tasks, too, but no ranks.
    {"PMIX_RANK", "SLURM_STEP_NUM_TASKS", "", "srun"},
}};

/// 0 where the variable is missing, or no number.
int Number(const ReadVariable& read, const char* name) {
  return std::atoi(read(name).value_or("0").c_str());
}

}  // namespace

std::optional<MpiRank> FindMpiRank(const ReadVariable& read) {
  std::optional<MpiRank> found;
  for (const Variables& names : kLaunchers) {
    const int size = Number(read, names.size);
    if (size < 1 || !read(names.rank) || (found && size == 1)) continue;
    found = MpiRank{Number(read, names.rank), size, Number(read, names.local_size), names.launcher};
    if (size > 1) break;
  }
  return found;
}

std::optional<MpiRank> FindMpiRank() {
  return FindMpiRank([](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
}

}  // namespace lrsweep
