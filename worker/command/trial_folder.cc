#include "worker/command/trial_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "worker/command/file_error.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 7> kOwnFiles = {
    kAnswerFile, kOutputFile,         kPreviousOutputFile, "params.json",
    kReportFile, kBinaryScheduleFile, kScheduleFile};

/// Writes a small file whole.
void WriteFile(const std::string& file, std::string_view bytes) {
  const UniqueFd fd(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!fd.IsOpen()) FailWithErrno(file);
  while (!bytes.empty()) {
    const ssize_t count = write(fd.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) FailWithErrno(file);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

}  // namespace

TrialFolder::TrialFolder(std::string path) : path_(std::move(path)) {
  if (mkdir(path_.c_str(), 0777) == 0 || errno == EEXIST) return;
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) throw FileError("cannot make the folder " + path_ + ": " + error.message());
}

// The lock is on the report file, which spares making another one.
bool TrialFolder::Lock() {
  for (;;) {
    if (!lock_.IsOpen()) {
      lock_ = UniqueFd(open(ReportFile().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
      if (!lock_.IsOpen()) FailWithErrno(ReportFile());
    }
    // A file system without locks has none that could be held.
    if (flock(lock_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
    struct stat status {};
    if (fstat(lock_.get(), &status) != 0) FailWithErrno(ReportFile());
    if (status.st_nlink > 0) return true;
    lock_.Close();  // the earlier attempt has removed it meanwhile
  }
}

void TrialFolder::Prepare(const std::string& params_json) const {
  struct stat status {};
  const bool is_there = stat(ParamsFile().c_str(), &status) == 0 &&
                        status.st_size == static_cast<off_t>(params_json.size());
  if (!is_there) WriteFile(ParamsFile(), params_json);
  if (ftruncate(lock_.get(), 0) != 0) FailWithErrno(ReportFile());
}

std::string TrialFolder::RelativePath(const std::string& reported) const {
  fs::path path = fs::path(reported).lexically_normal();
  if (path.is_absolute()) {
    std::error_code error;
    const fs::path relative = path.lexically_relative(fs::path(path_).lexically_normal());
    // The program may have resolved symbolic links.
    const bool is_inside = !relative.empty() && *relative.begin() != "..";
    path = is_inside ? relative : fs::relative(path, path_, error);
    path = path.lexically_normal();
  }
  if (!path.has_filename()) path = path.parent_path();  // "folder/"
  if (!IsBelow(path)) {
    throw std::invalid_argument("it is not inside the trial's folder (LRSWEEP_DIR)");
  }
  if (std::find(kOwnFiles.begin(), kOwnFiles.end(), path.string()) != kOwnFiles.end()) {
    throw std::invalid_argument("that file is lrsweep's own");
  }
  if (!Holds(path)) {
    throw std::invalid_argument("there is no such file in the trial's folder " + path_);
  }
  return path;
}

bool TrialFolder::Holds(const std::string& relative_path) const {
  std::error_code error;
  return fs::exists(fs::path(path_) / relative_path, error);
}

void TrialFolder::CleanUp(bool is_over) const {
  if (is_over) return RemoveAttemptFiles(path_);
  unlink(ReportFile().c_str());
  unlink(AnswerFile().c_str());
}

}  // namespace lrsweep
