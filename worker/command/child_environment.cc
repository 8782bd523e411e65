#include "worker/command/child_environment.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

namespace lrsweep {
namespace {

// Open MPI, PMIx, PRRTE; MPICH's Hydra, Intel MPI and MVAPICH; Slurm's ways of starting them.
constexpr std::array<std::string_view, 14> kPrefixes = {
    "OMPI_", "OPAL_",           "ORTE_",           "PRTE_",           "PMIX_",
    "PMI_",  "PMI2_",           "HYDRA_",          "HYDI_",           "MV2_",
    "MPIR_", "MPI_LOCALRANKID", "MPI_LOCALNRANKS", "SLURM_SRUN_COMM_"};

// That of Slurm which says which task of a step this is, and how many there are. The job's own
// (SLURM_JOB_ID, SLURM_CPUS_PER_TASK) stay.
constexpr std::array<std::string_view, 18> kSlurm = {"SLURM_GTIDS",
                                                     "SLURM_LAUNCH_NODE_IPADDR",
                                                     "SLURM_LOCALID",
                                                     "SLURM_NODEID",
                                                     "SLURM_NPROCS",
                                                     "SLURM_NTASKS",
                                                     "SLURM_NTASKS_PER_NODE",
                                                     "SLURM_PMIX_MAPPING_SERV",
                                                     "SLURM_PROCID",
                                                     "SLURM_STEPID",
                                                     "SLURM_STEP_ID",
                                                     "SLURM_STEP_NODELIST",
                                                     "SLURM_STEP_NUM_NODES",
                                                     "SLURM_STEP_NUM_TASKS",
                                                     "SLURM_STEP_TASKS_PER_NODE",
                                                     "SLURM_TASKS_PER_NODE",
                                                     "SLURM_TASK_PID",
                                                     "SLURM_PMIXP_ABORT_AGENT_PORT"};

constexpr std::array kThreadCounts = {"OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"};

}  // namespace

bool IsOfTheWorker(std::string_view variable) {
  if (variable.starts_with("LRSWEEP_")) return variable != "LRSWEEP_DATA_DIR";
  return std::any_of(
             kPrefixes.begin(), kPrefixes.end(),
             [variable](std::string_view prefix) { return variable.starts_with(prefix); }) ||
         std::find(kSlurm.begin(), kSlurm.end(), variable) != kSlurm.end();
}

Environment ProgramEnvironment(Environment worker, int cores) {
  std::erase_if(worker, [](const auto& variable) { return IsOfTheWorker(variable.first); });
  // The user's count holds for every library, or else sums would depend on the number of workers.
  const auto users = worker.find(kThreadCounts.front());
  const std::string threads = users == worker.end()
                                  ? std::to_string(cores)
                                  : users->second.substr(0, users->second.find(','));
  for (const char* name : kThreadCounts) worker.emplace(name, threads);
  worker.emplace("PYTHONUNBUFFERED", "1");
  return worker;
}

Environment EnvironmentOfThisProcess() {
  Environment variables;
  for (char** word = environ; *word != nullptr; ++word) {
    const std::string_view text = *word;
    const size_t end = text.find('=');
    if (end != std::string_view::npos) variables.emplace(text.substr(0, end), text.substr(end + 1));
  }
  return variables;
}

std::vector<std::string> ToWords(const Environment& environment) {
  std::vector<std::string> words;
  words.reserve(environment.size());
  for (const auto& [name, value] : environment) {
    words.push_back(name);
    words.back().append("=").append(value);
  }
  return words;
}

int CoresOf(int workers) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const int cores = sched_getaffinity(0, sizeof allowed, &allowed) == 0
                        ? CPU_COUNT(&allowed)
                        : static_cast<int>(std::thread::hardware_concurrency());
  return std::max(1, cores / std::max(1, workers));
}

}  // namespace lrsweep
