#include "views/terminal/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "platform/mpi_rank.h"

namespace lrsweep {
namespace {

/// None where it is no terminal, or one that does not tell its size.
std::optional<TerminalSize> SizeOf(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return TerminalSize{size.ws_col, size.ws_row};
}

std::optional<TerminalSize> SizeOfParentsOutput(int descriptor) {
  const std::string path =
      "/proc/" + std::to_string(getppid()) + "/fd/" + std::to_string(descriptor);
  const int parents = open(path.c_str(), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (parents < 0) return std::nullopt;
  const auto size = SizeOf(parents);
  close(parents);
  return size;
}

}  // namespace

std::optional<TerminalSize> FindTerminal(std::FILE* out) {
  const char* kind = std::getenv("TERM");
  if (kind == nullptr || std::string(kind) == "dumb") return std::nullopt;
  const int descriptor = fileno(out);
  const auto rank = FindMpiRank();
  return rank && rank->IsByMpirun() ? SizeOfParentsOutput(descriptor) : SizeOf(descriptor);
}

}  // namespace lrsweep
