#include "worker/command/report_file.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <array>
#include <vector>

#include "worker/command/report_line.h"

namespace lrsweep {
namespace {

constexpr size_t kChunk = 1 << 16;
constexpr int kMostChunks = 64;  // at once: output and limits have to be attended to as well

}  // namespace

FileWatch::FileWatch() : inotify_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

void FileWatch::Follow(const std::string& path) {
  if (!inotify_.IsOpen()) return;
  // The one before may be gone with its file.
  if (watch_ >= 0) inotify_rm_watch(inotify_.get(), watch_);
  watch_ = inotify_add_watch(inotify_.get(), path.c_str(), IN_MODIFY);
  Clear();
}

void FileWatch::Clear() const {
  std::array<char, 4096> events{};
  while (watch_ >= 0 && read(inotify_.get(), events.data(), events.size()) > 0) {
  }
}

ReportFile::ReportFile(const std::string& path, FileWatch& watch)
    : watch_(watch), file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)), lines_("", kMostReportBytes) {
  watch_.Follow(path);
}

bool ReportFile::Read(const LineReader::Take& take) {
  static thread_local std::vector<char> buffer(kChunk);
  watch_.Clear();
  struct stat status {};
  if (fstat(file_.get(), &status) != 0) return false;
  if (status.st_size < offset_) {
    lines_.Reset();
    offset_ = 0;
  }
  for (int chunk = 0; chunk < kMostChunks && offset_ < status.st_size; ++chunk) {
    const ssize_t count = pread(file_.get(), buffer.data(), buffer.size(), offset_);
    if (count <= 0) return false;
    offset_ += count;
    lines_.Add({buffer.data(), static_cast<size_t>(count)}, take);
  }
  return offset_ < status.st_size;
}

void ReportFile::Finish(const LineReader::Take& take) { lines_.Finish(take); }

}  // namespace lrsweep
