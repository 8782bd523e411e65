#include "params/errors.h"

namespace lrsweep {
namespace {

std::string Prefix(const Location& at) {
  if (at.line == 0) return at.file + ": ";
  return at.file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
}

}  // namespace

ConfigError::ConfigError(const Location& where, const std::string& what)
    : std::runtime_error(Prefix(where) + what), at(where) {}

}  // namespace lrsweep
