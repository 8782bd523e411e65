// Whether a person's terminal is at the other end of an output.
#pragma once

#include <cstdio>
#include <optional>

namespace lrsweep {

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

/// The size of the terminal that `out` writes to, or nothing if it is a file or a pipe. mpirun
/// gives its ranks a pseudo-terminal whatever its own output is, and never resizes it: behind it,
/// mpirun's own decides.
std::optional<TerminalSize> FindTerminal(std::FILE* out);

}  // namespace lrsweep
