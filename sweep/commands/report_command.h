// `lrsweep report`: writes the page, once or as long as the sweep runs.
#pragma once

#include <cstdio>

#include "sweep/commands/cli.h"

namespace lrsweep {

/// Writes the report, tells `out` where, and returns the exit status. With `watch` it writes it
/// anew every few seconds until every trial has ended, nobody writes the databases any more, or the
/// program is interrupted; before two trials have finished it waits for them. Throws UsageError for
/// a database that cannot be read, a metric that it does not hold, and a file that cannot be
/// written.
int RunReport(const ReportCommand& command, std::FILE* out);

}  // namespace lrsweep
