// The environment of a user's program, made of the worker's. Pure; thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lrsweep {

using Environment = std::map<std::string, std::string, std::less<>>;

/// Whether a program must not see the variable: with it the program believes to be a rank of
/// lrsweep's own MPI job or Slurm step (OMPI_*, PMIX_*, SLURM_PROCID), or it belongs to lrsweep
/// (LRSWEEP_*, but not LRSWEEP_DATA_DIR).
bool IsOfTheWorker(std::string_view variable);

/// `worker` without what IsOfTheWorker names. `cores` become the thread counts of OpenMP, MKL and
/// OpenBLAS where the user has set none; Python does not buffer its output, unless the user has
/// decided that.
Environment ProgramEnvironment(Environment worker, int cores);

/// This process's own.
Environment EnvironmentOfThisProcess();

/// NAME=VALUE.
std::vector<std::string> ToWords(const Environment& environment);

/// The cores that one of `workers` on this node may use: its share of those of this process's
/// affinity mask, at least 1.
int CoresOf(int workers);

}  // namespace lrsweep
