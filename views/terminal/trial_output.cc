#include "views/terminal/trial_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "trial/trial_folder.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using Take = std::function<void(std::string_view)>;

[[noreturn]] void Refuse(const fs::path& path, int error) {
  throw fs::filesystem_error("the output cannot be read", path,
                             std::error_code(error, std::generic_category()));
}

struct stat StatusOf(int descriptor) {
  struct stat status {};
  fstat(descriptor, &status);
  return status;
}

/// A descriptor; -1 where there is no such file.
int Open(const fs::path& path) {
  // Without O_NONBLOCK a FIFO of that name would wait for a writer.
  const int descriptor = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return -1;
    Refuse(path, errno);
  }
  if (!S_ISREG(StatusOf(descriptor).st_mode)) {
    close(descriptor);
    Refuse(path, EINVAL);
  }
  return descriptor;
}

/// Reads to the end. Returns whether there was anything.
bool Drain(int descriptor, const fs::path& path, const Take& take) {
  std::string buffer(1U << 16U, '\0');
  bool any = false;
  while (true) {
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) Refuse(path, errno);
    if (count == 0) return any;
    any = true;
    take(std::string_view(buffer.data(), static_cast<size_t>(count)));
  }
}

bool AreSame(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

}  // namespace

TrialOutput::TrialOutput(fs::path folder) : folder_(std::move(folder)) {}

TrialOutput::~TrialOutput() {
  if (current_ >= 0) close(current_);
}

bool TrialOutput::OpenCurrent() {
  if (current_ < 0) current_ = Open(folder_ / kOutputFile);
  return current_ >= 0;
}

bool TrialOutput::Read(const Take& take) {
  const fs::path path = folder_ / kOutputFile;
  bool any = false;
  const bool has_current = OpenCurrent();
  if (!begun_) {
    const fs::path before = folder_ / kPreviousOutputFile;
    const int previous = Open(before);
    if (previous >= 0) {
      // The same file: it was moved after it had been opened.
      const bool moved = has_current && AreSame(StatusOf(previous), StatusOf(current_));
      if (!moved) any |= Drain(previous, before, take);
      close(previous);
      begun_ = true;
    }
  }
  while (OpenCurrent()) {
    begun_ = true;
    const struct stat open_file = StatusOf(current_);
    if (lseek(current_, 0, SEEK_CUR) > open_file.st_size)
      lseek(current_, 0, SEEK_SET);  // begun anew
    any |= Drain(current_, path, take);
    struct stat named {};
    if (stat(path.c_str(), &named) == 0 && AreSame(named, open_file)) return any;
    any |= Drain(current_, path, take);  // what came before it was moved
    close(current_);
    current_ = -1;
  }
  return any;
}

}  // namespace lrsweep
