// The folder of one trial: what its program finds there, and what is removed again.
#pragma once

#include <string>

#include "platform/unique_fd.h"
#include "trial/trial_folder.h"
#include "worker/command/schedule_table.h"

namespace lrsweep {

/// Not thread-safe. Members throw FileError where the file system refuses.
class TrialFolder {
 public:
  /// Makes the folder. `path` is absolute.
  explicit TrialFolder(std::string path);

  const std::string& path() const { return path_; }
  std::string ParamsFile() const { return path_ + "/params.json"; }
  std::string ReportFile() const { return path_ + "/" + kReportFile; }
  std::string AnswerFile() const { return path_ + "/" + kAnswerFile; }
  ScheduleFiles Schedule() const {
    return {path_ + "/" + kScheduleFile, path_ + "/" + kBinaryScheduleFile};
  }

  /// Takes the folder for one attempt. False: a process of an earlier attempt is still alive, on
  /// this node or another one, and may write here. lock_fd() is to be inherited by the program: the
  /// folder is free when the last process that has it is gone.
  bool Lock();
  int lock_fd() const { return lock_.get(); }

  /// Writes params.json unless it is there, and empties report.jsonl. The folder must be locked.
  void Prepare(const std::string& params_json) const;

  /// A checkpoint's path as relative to the folder. Throws std::invalid_argument where it is
  /// outside, is none of the program's own files, or does not exist.
  std::string RelativePath(const std::string& reported) const;
  bool Holds(const std::string& relative_path) const;

  /// Removes what belongs to an attempt, and with `is_over` the schedule too.
  void CleanUp(bool is_over) const;

 private:
  std::string path_;
  UniqueFd lock_;
};

}  // namespace lrsweep
