// Where the programs of a sweep's trials keep their files: a folder beside the database, and in it
// one folder a trial. Thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace lrsweep {

/// What a trial's program has printed lately, stdout and stderr in order of arrival.
inline constexpr const char* kOutputFile = "output.log";
/// What it printed before that: at 32 MB the one becomes the other.
inline constexpr const char* kPreviousOutputFile = "output.previous.log";

/// What an attempt at the trial has there; gone when the trial is over.
inline constexpr const char* kReportFile = "report.jsonl";
inline constexpr const char* kAnswerFile = "answer";
inline constexpr const char* kScheduleFile = "schedule.csv";
inline constexpr const char* kBinaryScheduleFile = "schedule.bin";

/// Removes what an attempt has left in the folder of a trial.
inline void RemoveAttemptFiles(const std::filesystem::path& trial_folder) {
  std::error_code ignored;
  for (const std::string name : {kReportFile, kAnswerFile, kScheduleFile, kBinaryScheduleFile}) {
    std::filesystem::remove(trial_folder / name, ignored);
    std::filesystem::remove(trial_folder / (name + ".part"), ignored);  // of one that was killed
  }
}

/// The folder of a sweep's trials, absolute: "/home/me/x.db.trials" of x.db. Each trial's own
/// folder in it has its id as name. The same however the path is written; links are not followed.
inline std::filesystem::path TrialsFolderOf(const std::filesystem::path& database) {
  return std::filesystem::absolute(database).lexically_normal() += ".trials";
}

/// The own folder of one trial.
inline std::filesystem::path TrialFolderOf(const std::filesystem::path& database,
                                           const std::string& trial_id) {
  return TrialsFolderOf(database) / trial_id;
}

/// Whether a path that is normal and relative to a folder is of something below that.
inline bool IsBelow(const std::filesystem::path& path) {
  return !path.empty() && path.is_relative() && path != "." && *path.begin() != "..";
}

}  // namespace lrsweep
