// What the launcher of an MPI job says of a process, by environment variables.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace lrsweep {

/// A process' place among the ranks that were launched together.
struct MpiRank {
  int rank = 0;
  int size = 1;
  int local_size = 0;         // ranks on its machine; 0 under srun, which does not say it
  const char* launcher = "";  // "Open MPI", "MPICH" (and what is like it), "MVAPICH", "srun"
  bool IsByMpirun() const { return local_size > 0; }
};

/// Returns the value of an environment variable, if there is one of that name.
using ReadVariable = std::function<std::optional<std::string>(const std::string& name)>;

/// Finds the rank by the variables of the known launchers: mpirun of Open MPI, MPICH, Intel MPI and
/// MVAPICH, and srun. Those of a launcher that started several ranks count before those of one that
/// started one alone, which may have been inherited. Nothing where no launcher started the process.
std::optional<MpiRank> FindMpiRank(const ReadVariable& read);

/// Same, by the variables of this process.
std::optional<MpiRank> FindMpiRank();

}  // namespace lrsweep
