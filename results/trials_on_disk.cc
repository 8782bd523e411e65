#include "results/trials_on_disk.h"

#include <algorithm>
#include <system_error>

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Adds what is in the folder. Returns false when the time is over.
bool Measure(const fs::path& folder, std::optional<Clock::time_point> until, DiskUse& use) {
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    if (until && Clock::now() > *until) return false;
    std::error_code gone;
    if (!fs::is_regular_file(at->symlink_status(gone))) continue;
    const uintmax_t size = fs::file_size(at->path(), gone);
    if (!gone) use.bytes += static_cast<int64_t>(size);
  }
  return true;
}

}  // namespace

std::vector<std::string> FoldersOfTrials(const fs::path& trials_folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(trials_folder, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    if (fs::is_directory(at->symlink_status(gone))) names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

DiskUse MeasureFolders(const fs::path& trials_folder, const std::vector<std::string>& names,
                       std::optional<std::chrono::milliseconds> limit) {
  const auto until = limit ? std::optional(Clock::now() + *limit) : std::nullopt;
  DiskUse use{.folders = static_cast<int64_t>(names.size())};
  for (const std::string& name : names) {
    if (Measure(trials_folder / name, until, use)) continue;
    use.is_complete = false;
    break;
  }
  return use;
}

void RemoveFolders(const fs::path& trials_folder, const std::vector<std::string>& names) {
  for (const std::string& name : names) fs::remove_all(trials_folder / name);
  std::error_code not_empty;
  fs::remove(trials_folder, not_empty);
}

}  // namespace lrsweep
