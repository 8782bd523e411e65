#include "worker/command/report_file.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <vector>

#include "worker/command/report_line.h"

namespace lrsweep {
namespace {

constexpr size_t kChunk = 1 << 16;
constexpr int kMostChunks = 64;  // at once: output and limits have to be attended to as well

}  // namespace

ReportFile::ReportFile(const std::string& path)
    : inotify_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)),
      lines_("", kMostReportBytes) {
  if (!inotify_.IsOpen()) return;
  if (inotify_add_watch(inotify_.get(), path.c_str(), IN_MODIFY) < 0) inotify_.Close();
}

bool ReportFile::Read(const LineReader::Take& take) {
  static thread_local std::vector<char> buffer(kChunk);
  while (inotify_.IsOpen() && read(inotify_.get(), buffer.data(), buffer.size()) > 0) {
  }
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
