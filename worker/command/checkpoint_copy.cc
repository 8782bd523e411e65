#include "worker/command/checkpoint_copy.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "platform/unique_fd.h"
#include "trial/trial_folder.h"
#include "worker/command/file_error.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

constexpr size_t kChunkBytes = size_t{16} << 20;

[[noreturn]] void FailToRead(const fs::path& path) {
  throw std::runtime_error("cannot read " + path.string() + ": " + std::strerror(errno));
}

[[noreturn]] void FailToCopy(const fs::path& from, const fs::path& to) {
  if (errno == ENOSPC || errno == EDQUOT || errno == EROFS) FailWithErrno(to.string());
  FailToRead(from);
}

/// A piece through memory, where the kernel cannot copy between the two file systems.
ssize_t CopyThroughMemory(int from, int to) {
  static thread_local std::vector<char> buffer(size_t{1} << 20);
  const ssize_t count = read(from, buffer.data(), buffer.size());
  for (ssize_t done = 0; done < count;) {
    const ssize_t written =
        write(to, buffer.data() + done, static_cast<size_t>(count) - static_cast<size_t>(done));
    if (written < 0) return -1;
    done += written;
  }
  return count;
}

/// Some file systems say by 0 that the kernel cannot copy.
ssize_t CopyPiece(int from, int to) {
  const ssize_t count = copy_file_range(from, nullptr, to, nullptr, kChunkBytes, 0);
  if (count > 0) return count;
  const bool is_refused = count == 0 || errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
                          errno == EOPNOTSUPP || errno == EPERM || errno == EBADF;
  return is_refused ? CopyThroughMemory(from, to) : -1;
}

class Copying {
 public:
  explicit Copying(const std::function<bool()>& should_continue)
      : should_continue_(should_continue) {}

  /// False: the copying is to end.
  bool Copy(const fs::path& from, const fs::path& to) {
    const fs::file_status status = fs::symlink_status(from);
    if (fs::is_symlink(status)) {
      fs::copy_symlink(from, to);
      return true;
    }
    if (fs::is_regular_file(status)) return CopyFile(from, to);
    if (!fs::is_directory(status)) {
      throw std::runtime_error(from.string() + " is neither a file nor a folder");
    }
    fs::create_directory(to, from);  // with its permissions
    for (const fs::directory_entry& entry : fs::directory_iterator(from)) {
      if (!Copy(entry.path(), to / entry.path().filename())) return false;
    }
    return true;
  }

  int64_t bytes() const { return bytes_; }

 private:
  bool CopyFile(const fs::path& from, const fs::path& to) {
    const UniqueFd in(open(from.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in.IsOpen()) FailToRead(from);
    struct stat status {};
    if (fstat(in.get(), &status) != 0) FailToRead(from);
    const UniqueFd out(
        open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, status.st_mode & 0777));
    if (!out.IsOpen()) FailWithErrno(to.string());
    if (ioctl(out.get(), FICLONE, in.get()) == 0) {
      bytes_ += status.st_size;
      return true;
    }
    for (;;) {
      const ssize_t count = CopyPiece(in.get(), out.get());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) FailToCopy(from, to);
      if (count == 0) return true;
      bytes_ += count;
      if (!should_continue_()) return false;
    }
  }

  const std::function<bool()>& should_continue_;
  int64_t bytes_ = 0;
};

int64_t BytesIn(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (fs::is_regular_file(status)) {
    const auto size = fs::file_size(path, error);
    return error ? 0 : static_cast<int64_t>(size);
  }
  if (!fs::is_directory(status)) return 0;
  int64_t bytes = 0;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    bytes += BytesIn(entry->path());
  }
  return bytes;
}

/// What is meant by a path that may be a link.
fs::path Target(const fs::path& path) {
  std::error_code error;
  fs::path target = fs::canonical(path, error);
  return error ? path : target;
}

}  // namespace

int64_t BytesAt(const fs::path& path) { return BytesIn(Target(path)); }

int64_t CopyCheckpoint(const fs::path& from, const fs::path& to,
                       const std::function<bool()>& should_continue) {
  Copying copying(should_continue);
  fs::create_directories(to.parent_path());
  copying.Copy(Target(from), to);
  return copying.bytes();
}

bool TakeOverCheckpoint(const fs::path& of, const fs::path& folder,
                        const SavedCheckpoint& checkpoint,
                        const std::function<bool()>& should_continue) {
  const fs::path path = fs::path(checkpoint.path).lexically_normal();
  if (!IsBelow(path)) {
    throw std::runtime_error(checkpoint.path + " is not below the trial's folder");
  }
  fs::remove_all(folder / path);
  bool is_stopped = false;
  const int64_t bytes = CopyCheckpoint(of / path, folder / path, [&] {
    is_stopped = is_stopped || !should_continue();
    return !is_stopped;
  });
  if (is_stopped || bytes == checkpoint.bytes.value_or(bytes)) return !is_stopped;
  throw std::runtime_error((of / path).string() + " has " + std::to_string(bytes) +
                           " bytes; it had " + std::to_string(*checkpoint.bytes));
}

}  // namespace lrsweep
