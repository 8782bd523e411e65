#include "sweep/coordinator/checkpoint_files.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "trial/trial_folder.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

/// The path that the data name, without a slash at its end; none where they name none.
std::optional<fs::path> PathOf(const std::string& data) {
  const nlohmann::json json = nlohmann::json::parse(data, nullptr, false);
  if (!json.is_object() || !json.contains("path") || !json["path"].is_string()) return std::nullopt;
  const fs::path path = fs::path(json["path"].get<std::string>()).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

std::string CheckpointFiles::RemoveCheckpoint(const std::string& trial_id,
                                              const std::string& data) {
  const std::optional<fs::path> path = PathOf(data);
  if (!path) return "it names no path: " + data;
  if (!IsBelow(*path)) return path->string() + " is not below the trial's folder";
  std::error_code error;
  fs::path at = trials_folder_ / trial_id;
  for (const fs::path& name : path->parent_path()) {
    at /= name;
    if (fs::is_symlink(fs::symlink_status(at, error))) return at.string() + " is a link";
  }
  fs::remove_all(at / path->filename(), error);
  return error ? (at / path->filename()).string() + ": " + error.message() : "";
}

int64_t CheckpointFiles::BytesOf(const std::string& data) const {
  const nlohmann::json json = nlohmann::json::parse(data, nullptr, false);
  const bool has_bytes = json.is_object() && json.contains("bytes");
  return has_bytes && json["bytes"].is_number_unsigned() ? json["bytes"].get<int64_t>() : 0;
}

void CheckpointFiles::RemoveAttempt(const std::string& trial_id) {
  RemoveAttemptFiles(trials_folder_ / trial_id);
}

}  // namespace lrsweep
