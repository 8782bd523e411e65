#include "report/report.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "report/page.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Refuse(const fs::path& path, int error) {
  throw std::invalid_argument("cannot write " + path.string() + ": " + std::strerror(error));
}

/// Before anything is read, which may take long.
void RefuseFolder(const fs::path& path) {
  const fs::path folder = fs::absolute(path).parent_path();
  if (access(folder.c_str(), W_OK | X_OK) != 0) Refuse(path, errno);
  if (fs::is_directory(path)) Refuse(path, EISDIR);
  if (fs::exists(path) && !fs::is_regular_file(path)) {  // a device is not to be replaced
    throw std::invalid_argument("cannot write " + path.string() + ": it is not a regular file");
  }
}

/// A file beside the target that takes its name once it is whole, or goes.
class Draft {
 public:
  explicit Draft(const fs::path& target)
      : target_(target), path_(target.string() + ".part-" + std::to_string(getpid())) {
    file_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file_ < 0) Refuse(target_, errno);
  }
  ~Draft() {
    if (file_ >= 0) close(file_);
    if (!path_.empty()) unlink(path_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  void Write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = write(file_, text.data(), text.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) Fail();
      text.remove_prefix(static_cast<size_t>(count));
    }
  }

  void PutInPlace() {
    const int file = file_;
    file_ = -1;
    if (close(file) != 0) Fail();
    if (rename(path_.c_str(), target_.c_str()) != 0) Refuse(target_, errno);
    path_.clear();
  }

 private:
  [[noreturn]] void Fail() const {
    throw fs::filesystem_error("cannot write the report", target_,
                               std::error_code(errno, std::generic_category()));
  }

  fs::path target_;
  fs::path path_;
  int file_ = -1;
};

}  // namespace

void WriteReport(const fs::path& path, const std::vector<ReportSource>& sources,
                 const ReportOptions& options) {
  RefuseFolder(path);
  const ReportData data = MakeReportData(sources, options);
  const std::string page = MakePage(data.title, data.json);
  Draft draft(fs::exists(path) ? fs::canonical(path) : path);  // through symbolic links
  draft.Write(page);
  draft.PutInPlace();
}

}  // namespace lrsweep
