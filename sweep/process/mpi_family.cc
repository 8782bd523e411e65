#include "sweep/process/mpi_family.h"

#include <chrono>

#include "params/errors.h"
#include "sweep/process/limited_child.h"

namespace lrsweep {
namespace {

constexpr auto kAnswerLimit = std::chrono::seconds(30);

}  // namespace

MpiFamily FamilyOf(const std::string& version) {
  for (const char* name : {"HYDRA", "MPICH", "Intel(R) MPI", "MVAPICH"}) {
    if (version.find(name) != std::string::npos) return MpiFamily::kMpich;
  }
  return MpiFamily::kOpenMpi;
}

MpiFamily FindMpirun() {
  const ChildEnd end = RunProgramLimited({"mpirun", "--version"}, kAnswerLimit);
  if (end.IsMissing()) {
    throw ResourceError(
        "there is no mpirun in PATH: install Open MPI or MPICH, or load its module (`module load "
        "openmpi`); on one machine `lrsweep run --workers N` needs none");
  }
  if (end.timed_out) throw ResourceError("mpirun --version does not answer: does mpirun work?");
  return FamilyOf(end.output);
}

const char* NameOf(MpiFamily family) {
  return family == MpiFamily::kOpenMpi ? "Open MPI" : "MPICH or Intel MPI";
}

}  // namespace lrsweep
