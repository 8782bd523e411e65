// The FIFO through which a program may ask, after each report, whether to go on.
#pragma once

#include <cstdint>
#include <string>

#include "platform/unique_fd.h"

namespace lrsweep {

/// Not thread-safe. Nobody has to read it: opening and writing never wait.
class AnswerPipe {
 public:
  /// Makes the FIFO anew. Where the file system has none, IsOpen() is false and nothing is written.
  explicit AnswerPipe(const std::string& path);

  bool IsOpen() const { return fd_.IsOpen(); }
  /// Writes "3 continue".
  void Write(int64_t epoch, const char* word);
  /// Whether the program reads the answers, as far as is known: it has read all that were written.
  bool IsRead() const;
  int64_t written() const { return written_; }

 private:
  UniqueFd fd_;
  int64_t written_ = 0;
};

}  // namespace lrsweep
