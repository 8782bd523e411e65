// Cuts the bytes of a stream into lines, in bounded memory. Not thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace lrsweep {

/// Keeps the lines that begin with a prefix, without it. A line ends with a newline or a carriage
/// return: progress bars write the latter. Of a line that does not begin with the prefix, nothing
/// is kept, so that a program may write gigabytes without a newline.
class LineReader {
 public:
  /// Gets a line without its prefix; `is_whole` is false for the beginning of one that is longer
  /// than `most_bytes`, of which the rest is skipped.
  using Take = std::function<void(std::string_view line, bool is_whole)>;

  LineReader(std::string prefix, size_t most_bytes);

  void Add(std::string_view bytes, const Take& take);
  /// Gives the last line, which has no newline, where there is one; the reader begins anew.
  void Finish(const Take& take);
  /// Forgets the line that has begun.
  void Reset();

 private:
  void AddPart(std::string_view part);
  void EndLine(const Take& take);

  std::string prefix_;
  size_t most_bytes_;
  std::string line_;         // as far as it is there, the prefix included
  bool is_skipped_ = false;  // the line does not begin with the prefix
  bool is_cut_ = false;      // the line is too long
};

}  // namespace lrsweep
