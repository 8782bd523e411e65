#include "sweep/process/mpi_family.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "params/errors.h"

namespace lrsweep {
namespace {

constexpr int kNoProgram = 127;  // the shell's status for a program that it cannot find

}  // namespace

MpiFamily FamilyOf(const std::string& version) {
  for (const char* name : {"HYDRA", "MPICH", "Intel(R) MPI", "MVAPICH"}) {
    if (version.find(name) != std::string::npos) return MpiFamily::kMpich;
  }
  return MpiFamily::kOpenMpi;
}

MpiFamily FindMpirun() {
  FILE* pipe = popen("exec mpirun --version 2>&1 </dev/null", "r");
  if (pipe == nullptr) throw ResourceError("mpirun: no process can be created");
  std::string version;
  std::array<char, 4096> buffer{};
  while (const size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) {
    version.append(buffer.data(), count);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoProgram) {
    throw ResourceError(
        "there is no mpirun in PATH: install Open MPI or MPICH, or load its module (`module load "
        "openmpi`); on one machine `lrsweep run --workers N` needs none");
  }
  return FamilyOf(version);
}

const char* NameOf(MpiFamily family) {
  return family == MpiFamily::kOpenMpi ? "Open MPI" : "MPICH or Intel MPI";
}

}  // namespace lrsweep
