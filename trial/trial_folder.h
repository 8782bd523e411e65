// Where the programs of a sweep's trials keep their files: a folder beside the database, and in it
// one folder a trial. Pure but for the working directory; thread-safe.
#pragma once

#include <filesystem>
#include <string>

namespace lrsweep {

/// What a trial's program has printed lately, stdout and stderr in order of arrival.
inline constexpr const char* kOutputFile = "output.log";
/// What it printed before that: at 32 MB the one becomes the other.
inline constexpr const char* kPreviousOutputFile = "output.previous.log";

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

}  // namespace lrsweep
