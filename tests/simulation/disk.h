// The disk of a simulated sweep: a layer of SQLite's (a VFS) over the files of a folder in memory,
// which fails, fills up, tears writes, and forgets what was not synced, as the world says.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/world.h"

namespace lrsweep::simulation {

/// While it exists, all of this process' SQLite files are on it.
class Disk {
 public:
  explicit Disk(World& world);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// Whether a write or sync has failed since Begin, and not because the process was killed.
  bool has_failed() const { return has_failed_; }
  /// Another process begins. After a power cut, what was not synced is lost, in part, or torn.
  void Begin(bool after_power_cut);

  // What SQLite asks of it, as its VFS. Statuses are SQLite's.
  int Write(sqlite3_file* real, const std::string& path, const void* data, int size,
            sqlite3_int64 offset);
  int Truncate(sqlite3_file* real, const std::string& path, sqlite3_int64 size);
  int Sync(const std::string& path);
  int Delete(const char* path, int sync_folder);
  int Read(sqlite3_file* real, void* data, int size, sqlite3_int64 offset);
  void Sleep(int microseconds);

  static sqlite3_vfs* Real();

 private:
  /// A change of a file that was not synced.
  struct Change {
    int64_t offset = 0;
    std::string before, after;  // the bytes from there on; shorter where the file ended
    int64_t size_before = 0;    // of the file
    bool is_truncation = false;
  };

  bool IsDead();
  int Fails(int status);
  int Note(sqlite3_file* real, const std::string& path, Change change);
  void LoseUnsynced(const std::string& path, const std::vector<Change>& changes);

  World& world_;
  bool keeps_changes_;
  bool is_full_ = false;
  bool has_failed_ = false;
  std::map<std::string, std::vector<Change>> unsynced_;  // by path, in order
};

}  // namespace lrsweep::simulation
