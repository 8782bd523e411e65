// `lrsweep status --watch`: how far a running sweep is, again and again.
#pragma once

#include <cstdio>

#include "sweep/commands/cli.h"

namespace lrsweep {

/// Shows the sweep's status until nothing of it is left to be done or a signal asks to stop. On a
/// terminal the picture is drawn anew in place every two seconds; elsewhere a line is printed, with
/// `json` an object on a line, whenever something has changed. Returns kAllEndedWell, or with
/// `exit_code` the sweep's status. Throws UsageError where the database cannot be read.
int WatchStatus(const StatusCommand& command, std::FILE* out);

}  // namespace lrsweep
