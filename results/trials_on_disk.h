// What a sweep of a user's program leaves on disk: the folders of its trials
// (trial/trial_folder.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lrsweep {

/// The names of the folders in `trials_folder`, sorted; none where there is no such folder. Links
/// are left out.
std::vector<std::string> FoldersOfTrials(const std::filesystem::path& trials_folder);

struct DiskUse {
  int64_t folders = 0;
  int64_t bytes = 0;        // of the files in them; links are not followed
  bool is_complete = true;  // false: there was no time for more, so that there are more bytes
};

/// Measures the folders of these names. What disappears meanwhile is not counted. `limit`: the time
/// to take; not given: as much as it needs.
DiskUse MeasureFolders(const std::filesystem::path& trials_folder,
                       const std::vector<std::string>& names,
                       std::optional<std::chrono::milliseconds> limit = {});

/// Removes the folders of these names with all that is in them, links as such, and then
/// `trials_folder` where nothing is left in it. Throws std::filesystem::filesystem_error with the
/// path that cannot be removed.
void RemoveFolders(const std::filesystem::path& trials_folder,
                   const std::vector<std::string>& names);

}  // namespace lrsweep
