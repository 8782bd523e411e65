#include "sweep/mpi/mpi_launch.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>

#include "params/errors.h"
#include "platform/mpi_rank.h"
#include "platform/plugin.h"
#include "sweep/mpi/mpi_channel.h"
#include "sweep/process/mpirun_command.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

int NumberFromEnvironment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::atoi(text);
}

/// The script that builds the plug-in: with an installation, or in a source tree.
std::string BuildScript() {
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path installed = (folder / LRSWEEP_MPI_SOURCES).lexically_normal();
  return (fs::exists(installed) ? installed / "scripts/build-mpi-plugin"
                                : fs::path("scripts/build-mpi-plugin"))
      .string();
}

const MpiPlugin& LoadPlugin() {
  const std::string build = "build it for your MPI (" + BuildScript() + ")";
  try {
    static const auto kTable = reinterpret_cast<const MpiPlugin* (*)()>(
        OpenPlugin({.file_name = kMpiLibrary,
                    .symbol = kMpiPlugin,
                    .what = "the MPI plug-in",
                    .if_missing = build + ", or run on one machine: lrsweep run --workers N",
                    .if_unloadable = "load the module of the MPI that it was built with (`module "
                                     "load`), or " +
                                     build}))();
    return *kTable;
  } catch (const std::runtime_error& error) {
    throw ResourceError(error.what());
  }
}

/// "Open MPI v4.1.4" of "Open MPI v4.1.4, package: ..."; "MPICH Version: 5.0.2" of several lines.
std::string LibraryName(const MpiPlugin& plugin) {
  std::string line = plugin.library_version();
  std::istringstream words(line.substr(0, line.find_first_of(",\n")));
  std::string name;
  for (std::string word; words >> word;) name += (name.empty() ? "" : " ") + word;
  return name;
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

bool RanksSurviveDeaths() {
  return NumberFromEnvironment(kRecoveryVariable) == 1 ||
         NumberFromEnvironment("OMPI_MCA_orte_enable_recovery") == 1;
}

MpiFamily RequireMpi() {
  const MpiFamily mpirun = FindMpirun();
  const std::string library = LibraryName(LoadPlugin());
  if (FamilyOf(library) == mpirun) return mpirun;
  throw ResourceError("mpirun in PATH is of " + std::string(NameOf(mpirun)) +
                      ", and the MPI plug-in uses " + library +
                      ": load one module only (`module load`), or build the plug-in for this "
                      "mpirun (" +
                      BuildScript() + ")");
}

std::unique_ptr<Channel> ConnectOverMpi(bool has_gpu) {
  const MpiPlugin& plugin = LoadPlugin();
  const auto rank = FindMpiRank();
  // MPI_Init of some end the process under the mpirun of another MPI.
  const bool is_of_another_mpi =
      rank && rank->IsByMpirun() && FamilyOf(rank->launcher) != FamilyOf(plugin.library_version());
  if (!is_of_another_mpi) {
    std::unique_ptr<Channel> channel(plugin.connect(has_gpu, RanksSurviveDeaths()));
    if (channel != nullptr) return channel;
  }
  throw UsageError("one of " + std::to_string(rank ? rank->size : 0) +
                   " processes that were launched finds no other by " + LibraryName(plugin) +
                   ", which the MPI plug-in uses: launch with the mpirun of that MPI (under srun "
                   "with the --mpi= that it knows: srun --mpi=list), or build the plug-in for "
                   "the one in PATH (" +
                   BuildScript() + ")");
}

}  // namespace lrsweep
