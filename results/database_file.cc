#include "results/database_file.h"

#include <fcntl.h>
#include <stdio.h>  // renameat2
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

// Far behind the largest database (2^48 bytes), and so behind the bytes that SQLite locks.
constexpr off_t kLockedByte = off_t{1} << 60;

[[noreturn]] void Fail(const char* what, const fs::path& path) {
  throw fs::filesystem_error(what, path, std::error_code(errno, std::generic_category()));
}

fs::path FolderOf(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

void Sync(const fs::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) Fail("cannot open", path);
  const int status = fsync(descriptor);
  const int reason = errno;
  close(descriptor);
  errno = reason;
  if (status != 0) Fail("cannot write to the disk", path);
}

/// Not every file system knows RENAME_NOREPLACE (NFS does not); a hard link does not overwrite
/// either.
bool MoveWithoutReplacing(const fs::path& from, const fs::path& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  if (link(from.c_str(), to.c_str()) != 0) return false;
  unlink(from.c_str());
  return true;
}

struct flock LockedByte() {
  struct flock byte {};
  byte.l_type = F_WRLCK;
  byte.l_whence = SEEK_SET;
  byte.l_start = kLockedByte;
  byte.l_len = 1;
  return byte;
}

}  // namespace

NewFile::NewFile(fs::path target) : target_(std::move(target)) {
  const std::string stem = ".lrsweep-" + std::to_string(getpid()) + "-";
  for (int i = 0; i < 1000; ++i) {
    path_ = FolderOf(target_) / (stem + std::to_string(i) + ".tmp");
    const int descriptor = open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) {
      close(descriptor);
      return;
    }
    if (errno != EEXIST) break;
  }
  Fail("cannot create a file in", FolderOf(target_));
}

NewFile::~NewFile() {
  if (!path_.empty()) RemoveDatabase(path_);
}

void NewFile::PutInPlace() {
  Sync(path_);
  if (!MoveWithoutReplacing(path_, target_)) Fail("cannot create", target_);
  Finish();
}

void NewFile::Replace() {
  Sync(path_);
  if (rename(path_.c_str(), target_.c_str()) != 0) Fail("cannot replace", target_);
  Finish();
}

void NewFile::Finish() {
  path_.clear();
  try {
    Sync(FolderOf(target_));
  } catch (const fs::filesystem_error& error) {
    if (error.code() != std::errc::invalid_argument) throw;  // file systems that sync no folders
  }
}

WriterLock::WriterLock(const fs::path& database)
    : descriptor_(open(database.c_str(), O_RDWR | O_CLOEXEC)) {
  if (descriptor_ < 0) Fail("cannot open", database);
  struct flock byte = LockedByte();
  if (fcntl(descriptor_, F_OFD_SETLK, &byte) == 0) return;
  const int reason = errno == EACCES ? EAGAIN : errno;
  close(descriptor_);
  errno = reason;
  Fail("cannot lock", database);
}

WriterLock::~WriterLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

WriterLock::WriterLock(WriterLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

bool IsBeingWritten(const fs::path& database) {
  // Closing a descriptor drops SQLite's locks in this process (see WriterLock): readers here open
  // the file anew each time, and hold none in between.
  const int descriptor = open(database.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct flock byte = LockedByte();
  const bool known = fcntl(descriptor, F_OFD_GETLK, &byte) == 0;
  close(descriptor);
  return known && byte.l_type != F_UNLCK;
}

fs::path FirstTaken(const fs::path& database) {
  for (const char* suffix : {"", "-wal", "-journal"}) {
    fs::path path = database.string() + suffix;
    if (fs::exists(fs::symlink_status(path))) return path;
  }
  return {};
}

bool IsWal(const fs::path& database) {
  std::ifstream file(database, std::ios::binary);
  file.seekg(18);  // SQLite's "file format write version"
  return file.get() == 2;
}

void RemoveDatabase(const fs::path& database) {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    std::error_code ignored;  // nothing more can be done about it
    fs::remove(database.string() + suffix, ignored);
  }
}

}  // namespace lrsweep
