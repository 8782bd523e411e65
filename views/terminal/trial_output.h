// What a trial's program has printed, from the files of its folder.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

namespace lrsweep {

/// Reads the output from its beginning, and then what is added to it. At 32 MB the program's worker
/// moves the file away and begins it anew (trial/trial_folder.h): what was there before the move is
/// read to its end. Errors throw std::filesystem::filesystem_error.
class TrialOutput {
 public:
  /// `folder`: the trial's own, which need not exist yet.
  explicit TrialOutput(std::filesystem::path folder);
  ~TrialOutput();
  TrialOutput(const TrialOutput&) = delete;
  TrialOutput& operator=(const TrialOutput&) = delete;

  /// Gives all that was not given yet, in pieces. Returns whether there was any.
  bool Read(const std::function<void(std::string_view)>& take);

 private:
  /// Opens the file that is written to now, unless it is open. Returns whether there is one.
  bool OpenCurrent();

  std::filesystem::path folder_;
  int current_ = -1;  // descriptor
  bool begun_ = false;
};

}  // namespace lrsweep
