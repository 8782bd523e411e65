// Chooses how the processes of `lrsweep run --workers N` are launched.
#pragma once

#include <string>
#include <vector>

namespace lrsweep {

enum class LaunchMethod {
  kFork,    // the coordinator forks its workers, on this machine
  kMpirun,  // on this machine or on several
};

/// The words of --launcher.
inline const std::vector<std::string> kLauncherWords = {"auto", "fork", "mpirun"};

/// The method that `word` names. "auto" is mpirun where the user or a batch system speaks of
/// several machines: a hostfile, arguments for mpirun, or an allocation of several nodes; else
/// fork. Throws UsageError where forking is asked for with what is only mpirun's.
LaunchMethod ChooseLaunchMethod(const std::string& word, const std::string& hostfile,
                                const std::vector<std::string>& mpirun_arguments);

/// Whether this process is part of a batch job (Slurm, PBS, LSF, Grid Engine) with several nodes,
/// or Open MPI is told of a hostfile by a variable.
bool HasSeveralMachines();

}  // namespace lrsweep
