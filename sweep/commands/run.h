// `lrsweep run`: from a configuration to a finished database.
#pragma once

#include "sweep/commands/cli.h"
#include "trial/executor.h"

namespace lrsweep {

/// Runs the sweep: alone in this process, or as one of several MPI ranks. Returns the exit status
/// of a sweep that ran (0, 1 or 75). `has_gpu`: this process could train on one. `guarded` runs
/// what may throw and gives an exit status; under MPI the workers are told to end whatever it gave.
/// Throws UsageError, ConfigError, DataError, StoreError, ResourceError.
int RunSweep(const RunCommand& command, const MakeExecutor& make, bool has_gpu,
             const std::function<int(const std::function<int()>&)>& guarded);

}  // namespace lrsweep
