#include "sweep/commands/print.h"

#include <cerrno>
#include <cstring>

#include "params/errors.h"

namespace lrsweep {

void Print(std::FILE* out, const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), out) == text.size();
  if (std::fflush(out) != 0 || !written) {
    throw ResourceError(std::string("the output cannot be written: ") + std::strerror(errno));
  }
}

}  // namespace lrsweep
