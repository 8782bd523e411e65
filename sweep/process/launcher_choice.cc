#include "sweep/process/launcher_choice.h"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "params/errors.h"
#include "platform/environment.h"

namespace lrsweep {
namespace {

/// Whether the file that a variable names has lines that begin with different words: hosts.
bool NamesSeveralHosts(const char* variable) {
  std::ifstream file(EnvironmentVariable(variable));
  std::set<std::string> hosts;
  for (std::string line; std::getline(file, line);) {
    std::string host;
    if (std::istringstream(line) >> host) hosts.insert(host);
  }
  return hosts.size() > 1;
}

/// LSF's "host1 4 host2 4".
bool LsfHasSeveralHosts() {
  std::istringstream words(EnvironmentVariable("LSB_MCPU_HOSTS"));
  int count = 0;
  for (std::string word; words >> word;) ++count;
  return count > 2;
}

}  // namespace

bool HasSeveralMachines() {
  for (const char* nodes : {"SLURM_JOB_NUM_NODES", "SLURM_NNODES"}) {
    if (std::atoi(EnvironmentVariable(nodes).c_str()) > 1) return true;
  }
  for (const char* hostfile :
       {"OMPI_MCA_orte_default_hostfile", "PRTE_MCA_prte_default_hostfile"}) {
    if (!EnvironmentVariable(hostfile).empty()) return true;
  }
  return NamesSeveralHosts("PBS_NODEFILE") || NamesSeveralHosts("PE_HOSTFILE") ||
         LsfHasSeveralHosts();
}

LaunchMethod ChooseLaunchMethod(const std::string& word, const std::string& hostfile,
                                const std::vector<std::string>& mpirun_arguments) {
  if (word == "fork") {
    if (!hostfile.empty()) {
      throw UsageError(
          "--launcher fork starts workers on this machine alone: leave out --hostfile, or take "
          "--launcher mpirun");
    }
    if (!mpirun_arguments.empty()) {
      throw UsageError(
          "--launcher fork starts no mpirun: leave out what follows --, or take --launcher mpirun");
    }
    return LaunchMethod::kFork;
  }
  const bool has_mpirun_words = !hostfile.empty() || !mpirun_arguments.empty();
  if (word == "mpirun" || has_mpirun_words || HasSeveralMachines()) return LaunchMethod::kMpirun;
  return LaunchMethod::kFork;
}

}  // namespace lrsweep
