// The file to which a program appends its reports, followed as it grows.
#pragma once

#include <string>

#include "worker/command/line_reader.h"
#include "worker/command/unique_fd.h"

namespace lrsweep {

/// Not thread-safe.
class ReportFile {
 public:
  /// The file is there, and empty or with lines from its beginning on.
  explicit ReportFile(const std::string& path);

  /// Becomes readable when the file grows; below 0 where the system cannot tell.
  int change_fd() const { return inotify_.get(); }

  /// Takes new lines, at most 4 MB at once; of a line that is being written, nothing yet. Where the
  /// file has become shorter, it was begun anew. Returns whether there is more.
  bool Read(const LineReader::Take& take);
  /// Takes the last line, too, where it has no newline.
  void Finish(const LineReader::Take& take);

 private:
  UniqueFd inotify_, file_;
  LineReader lines_;
  long long offset_ = 0;
};

}  // namespace lrsweep
