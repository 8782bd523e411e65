// The checkpoints that users' programs save in the folders of their trials.
#pragma once

#include <filesystem>
#include <string>

#include "sweep/coordinator/trial_files.h"

namespace lrsweep {

/// A checkpoint's data are {"path": "ckpt-3.pt", "bytes": 123}: a file or a folder, relative to the
/// trial's own folder, and its size. Nothing outside of that is touched, and no link is followed.
class CheckpointFiles : public TrialFiles {
 public:
  /// `trials_folder`: ProgramSpec::trials_folder.
  CheckpointFiles(std::filesystem::path trials_folder, bool keeps_last)
      : trials_folder_(std::move(trials_folder)), keeps_last_(keeps_last) {}

  std::string RemoveCheckpoint(const std::string& trial_id, const std::string& data) override;
  int64_t BytesOf(const std::string& data) const override;
  void RemoveAttempt(const std::string& trial_id) override;
  bool KeepsLast() const override { return keeps_last_; }

 private:
  std::filesystem::path trials_folder_;
  bool keeps_last_;
};

}  // namespace lrsweep
