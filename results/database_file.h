// The files of a database: created atomically, locked, found, removed.
#pragma once

#include <filesystem>

namespace lrsweep {

/// A new file under a temporary name beside `target`, to be filled and then put in place. Unless it
/// was put in place, destruction removes it, with SQLite's -journal, -wal and -shm beside it.
/// Errors throw std::filesystem::filesystem_error with the errno.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path target);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  const std::filesystem::path& Path() const { return path_; }

  /// Makes the content durable and renames the file to the target. Fails with EEXIST, and changes
  /// nothing, if the target exists; the check and the renaming are one step.
  void PutInPlace();
  /// Same, but replaces an existing target.
  void Replace();

 private:
  /// Syncs the folder, once the content is durable and the file has the target's name.
  void Finish();

  std::filesystem::path target_;
  std::filesystem::path path_;
};

/// Makes this process the only writer of a database: a lock on a byte of the file that nothing else
/// uses. The kernel releases it when the process ends, also after a crash. The lock belongs to the
/// open file description (F_OFD_SETLK): SQLite's locks and other descriptors of the file do not
/// affect it. Destroy it after SQLite's connection, since closing a descriptor of a file drops the
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

/// The first of a database's file, its -wal and its -journal that exists; an empty path if none
/// does. SQLite would replay a stale journal of the same name into a new database.
std::filesystem::path FirstTaken(const std::filesystem::path& database);

/// True for a database in SQLite's WAL mode: its sweep is running, or ended by a crash.
bool IsWal(const std::filesystem::path& database);

/// Removes a database's file and SQLite's -journal, -wal and -shm beside it, as far as possible.
void RemoveDatabase(const std::filesystem::path& database);

}  // namespace lrsweep
