// The part of the command line that reads a sweep's database.
#pragma once

#include "sweep/commands/cli.h"

namespace CLI {
class App;
}

namespace lrsweep {

/// Adds the commands that read a database to `app`. The one that was given is in `chosen` after
/// parsing; both must live until then.
void AddReadingCommands(CLI::App& app, CommandLine& chosen);

}  // namespace lrsweep
