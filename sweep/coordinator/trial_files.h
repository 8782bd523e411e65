// What the coordinator has removed of the files of trials: the interface to those who know where
// they are.
#pragma once

#include <string>

namespace lrsweep {

/// The files that the programs of trials save as checkpoints. The database holds what names them
/// (Checkpoint::data), and the coordinator removes one only when what no longer names it is
/// committed: after a crash, whatever the database names is there.
class TrialFiles {
 public:
  TrialFiles() = default;
  TrialFiles(const TrialFiles&) = delete;
  TrialFiles& operator=(const TrialFiles&) = delete;
  virtual ~TrialFiles() = default;

  /// Removes the files of a checkpoint, if they are there. Returns why it could not, else "".
  virtual std::string RemoveCheckpoint(const std::string& trial_id, const std::string& data) = 0;

  /// The size of a checkpoint's files, as its data say it; 0 where they do not.
  virtual int64_t BytesOf(const std::string& /*data*/) const { return 0; }

  /// Removes what attempts at a trial that is over have left beside their output. The worker does
  /// so where it knows that the trial is over.
  virtual void RemoveAttempt(const std::string& /*trial_id*/) {}

  /// Whether a trial's last checkpoint stays when the trial is over.
  virtual bool KeepsLast() const = 0;
};

}  // namespace lrsweep
