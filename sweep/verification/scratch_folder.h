// An empty folder that goes with its object.
#pragma once

#include <string>

namespace lrsweep {

/// For the trials of a program that are trained again, whose own folders must stay as they are:
/// beside the database, where there is room for checkpoints, or else where temporary files go.
class ScratchFolder {
 public:
  /// Throws ResourceError where neither can be.
  explicit ScratchFolder(const std::string& db);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace lrsweep
