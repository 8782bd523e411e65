#include "sweep/commands/output.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "params/errors.h"

namespace lrsweep {

void Print(std::FILE* out, const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), out) == text.size();
  if (std::fflush(out) != 0 || !written) {
    throw ResourceError(std::string("the output cannot be written: ") + std::strerror(errno));
  }
}

int PrintResult(const std::string& text) {
  Print(stdout, text);
  return kAllEndedWell;
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw ResourceError(path + ": cannot be written: " + std::strerror(errno));
}

}  // namespace lrsweep
