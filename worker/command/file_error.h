// A file of a trial that cannot be written: the disk is full or gone, which is no trial's fault.
#pragma once

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace lrsweep {

struct FileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws FileError with the file's name and what errno says.
[[noreturn]] inline void FailWithErrno(const std::string& file) {
  throw FileError("cannot write " + file + ": " + std::strerror(errno));
}

}  // namespace lrsweep
