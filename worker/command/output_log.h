// What a program wrote: a file of bounded size, and its last lines for an error.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "platform/unique_fd.h"

namespace lrsweep {

/// Appends to `output.log` of a trial's folder. At its bound the file becomes output.previous.log,
/// and a new one begins. A disk that is full costs the log and nothing else. Not thread-safe.
class OutputLog {
 public:
  explicit OutputLog(const std::string& folder, size_t most_bytes = 32u << 20);

  /// Adds what the program wrote.
  void Add(std::string_view bytes);
  /// Adds a line of lrsweep's own, at the beginning of a line: "lrsweep: ...".
  void Say(const std::string& sentence);
  /// The last 20 lines that the program wrote in this attempt, of at most 2 kB, with invalid UTF-8
  /// replaced and blank lines at the end left out; empty where it wrote none.
  std::string Tail() const;

 private:
  void Write(std::string_view bytes);
  void Open();

  std::string file_, previous_;
  size_t most_bytes_;
  UniqueFd fd_;
  size_t size_ = 0;
  std::string tail_;
  char last_ = '\n';
};

}  // namespace lrsweep
