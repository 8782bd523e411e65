// A database as files: made complete or not at all, found, removed.
#pragma once

#include <filesystem>

namespace lrsweep {

/// An empty file beside `target`, under another name, to be filled and then put in place. What was
/// not put in place is removed on destruction, with SQLite's -journal, -wal and -shm beside it.
/// Errors throw std::filesystem::filesystem_error with the errno.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path target);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  const std::filesystem::path& Path() const { return path_; }

  /// Makes the content durable and gives it the target's name. Fails with EEXIST, and changes
  /// nothing, if that name is taken, were it in this very moment.
  void PutInPlace();
  /// The same in the place of what has that name, if something does.
  void Replace();

 private:
  /// After the content is on the disk and the file has the target's name.
  void Finish();

  std::filesystem::path target_;
  std::filesystem::path path_;
};

/// The one writer of a database, as long as it lives: a lock on a byte of the file that nothing
/// else uses, which the kernel lets go when the process ends, however it ends. It belongs to the
/// open file description (F_OFD_SETLK), so that SQLite's own locks and descriptors of the same file
/// do not touch it. Destroy it after SQLite's connection: closing a descriptor of a file drops the
/// locks that SQLite holds in this process. Errors throw std::filesystem::filesystem_error; where
/// another process has the lock, with EAGAIN.
class WriterLock {
 public:
  explicit WriterLock(const std::filesystem::path& database);
  ~WriterLock();
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&&) = delete;

 private:
  int descriptor_;
};

/// Whether a process holds the database's WriterLock; false where that cannot be found out.
bool IsBeingWritten(const std::filesystem::path& database);

/// Which of a database's file, its -wal and its -journal exists, or an empty path. A journal that
/// another database of this name left would be played into a new one.
std::filesystem::path FirstTaken(const std::filesystem::path& database);

/// True for a database in SQLite's WAL mode, as a running or abruptly ended sweep leaves it.
bool IsWal(const std::filesystem::path& database);

/// Removes a database's file and SQLite's -journal, -wal and -shm beside it, as far as possible.
void RemoveDatabase(const std::filesystem::path& database);

}  // namespace lrsweep
