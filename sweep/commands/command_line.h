// The command line: from the program's arguments to an exit status.
#pragma once

#include <vector>

#include "sweep/commands/subcommand.h"

namespace lrsweep {

/// Parses the arguments, runs the command that they name, and returns the exit status. Help goes to
/// stdout, mistakes go to stderr with the status kUserMistake. `more` are the commands of other
/// modules, behind those of commands.h. Throws nothing.
int RunCommandLine(int argc, const char* const* argv, const Parts& parts,
                   std::vector<Subcommand> more = {});

}  // namespace lrsweep
