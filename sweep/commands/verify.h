// `lrsweep verify`: trains stored trials again and compares every bit.
#pragma once

#include <cstdio>

#include "sweep/commands/cli.h"
#include "trial/executor.h"

namespace lrsweep {

/// Trains the command's trials again in this process, by the engine that their database names, and
/// compares each epoch with the recorded one as it ends. The text goes to `out` trial by trial,
/// JSON at the end; on a terminal `err` shows meanwhile how far it is. Returns kAllEndedWell where
/// every bit agrees, kSomeFailed (1) where one does not, kInterrupted where a signal came first.
/// Throws UsageError where there is nothing to compare, or other data under the data set's name;
/// DataError, StoreError, and ResourceError where the engine cannot be had.
int VerifyTrials(const VerifyCommand& command, const MakeExecutor& make, std::FILE* out,
                 std::FILE* err);

}  // namespace lrsweep
