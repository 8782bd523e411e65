// Runs a user's program as the trial (docs/programs.md).
#pragma once

#include <memory>

#include "trial/executor.h"

namespace lrsweep {

/// The executor of `setup.program`, which must be set. It trains packs of one. Throws
/// std::invalid_argument where this node has too few GPUs for its workers, and ProgramNotStarted
/// where it has no such program. main() of the process must begin with RunGuardIfAsked (guard.h).
std::unique_ptr<Executor> MakeCommandExecutor(const WorkerSetup& setup);

}  // namespace lrsweep
