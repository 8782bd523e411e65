// Detects whether an output goes to a terminal.
#pragma once

#include <cstdio>
#include <optional>

namespace lrsweep {

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

/// The size of the terminal that `out` writes to, or nothing if it is a file or a pipe. Under
/// mpirun the size of mpirun's own output: Open MPI's always gives its ranks a pseudo-terminal,
/// which it never resizes, and others give them a pipe.
std::optional<TerminalSize> FindTerminal(std::FILE* out);

}  // namespace lrsweep
