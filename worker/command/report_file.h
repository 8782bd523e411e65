// The file to which a program appends its reports, followed as it grows.
#pragma once

#include <string>

#include "platform/unique_fd.h"
#include "worker/command/line_reader.h"

namespace lrsweep {

/// Tells when a file grows. A worker has one for all its trials: to close it waits for the kernel,
/// which may take 15 ms. Not thread-safe.
class FileWatch {
 public:
  FileWatch();

  /// Follows this file from now on, and no other.
  void Follow(const std::string& path);
  /// Becomes readable when the file grows; below 0 where the system cannot tell.
  int fd() const { return watch_ < 0 ? -1 : inotify_.get(); }
  /// Forgets what it has told.
  void Clear() const;

 private:
  UniqueFd inotify_;
  int watch_ = -1;
};

/// Not thread-safe.
class ReportFile {
 public:
  /// The file is there, and empty or with lines from its beginning on. `watch` follows it, and must
  /// outlive this object.
  ReportFile(const std::string& path, FileWatch& watch);

  /// Takes new lines, at most 4 MB at once; of a line that is being written, nothing yet. Where the
  /// file has become shorter, it was begun anew. Returns whether there is more.
  bool Read(const LineReader::Take& take);
  /// Takes the last line, too, where it has no newline.
  void Finish(const LineReader::Take& take);

 private:
  FileWatch& watch_;
  UniqueFd file_;
  LineReader lines_;
  long long offset_ = 0;
};

}  // namespace lrsweep
