#include "tests/simulation/disk.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <sstream>

namespace lrsweep::simulation {
namespace {

constexpr int64_t kSector = 512;

Disk* g_disk = nullptr;

/// An open file: SQLite's own one follows it in memory.
struct File {
  sqlite3_file base;
  std::string* path;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* RealOf(sqlite3_file* file) { return Of(file)->real(); }
const sqlite3_io_methods* MethodsOf(sqlite3_file* file) { return RealOf(file)->pMethods; }

const sqlite3_io_methods kMethods = {
    2,
    [](sqlite3_file* file) {
      const int status = MethodsOf(file)->xClose(RealOf(file));
      delete Of(file)->path;
      return status;
    },
    [](sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
      return g_disk->Read(RealOf(file), data, size, offset);
    },
    [](sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
      return g_disk->Write(RealOf(file), *Of(file)->path, data, size, offset);
    },
    [](sqlite3_file* file, sqlite3_int64 size) {
      return g_disk->Truncate(RealOf(file), *Of(file)->path, size);
    },
    [](sqlite3_file* file, int /*flags*/) { return g_disk->Sync(*Of(file)->path); },
    [](sqlite3_file* file, sqlite3_int64* size) {
      return MethodsOf(file)->xFileSize(RealOf(file), size);
    },
    [](sqlite3_file* file, int level) { return MethodsOf(file)->xLock(RealOf(file), level); },
    [](sqlite3_file* file, int level) { return MethodsOf(file)->xUnlock(RealOf(file), level); },
    [](sqlite3_file* file, int* is_reserved) {
      return MethodsOf(file)->xCheckReservedLock(RealOf(file), is_reserved);
    },
    [](sqlite3_file* file, int operation, void* argument) {
      return MethodsOf(file)->xFileControl(RealOf(file), operation, argument);
    },
    [](sqlite3_file* file) { return MethodsOf(file)->xSectorSize(RealOf(file)); },
    [](sqlite3_file* file) { return MethodsOf(file)->xDeviceCharacteristics(RealOf(file)); },
    [](sqlite3_file* file, int page, int page_size, int extend, void volatile** memory) {
      return MethodsOf(file)->xShmMap(RealOf(file), page, page_size, extend, memory);
    },
    [](sqlite3_file* file, int offset, int count, int flags) {
      return MethodsOf(file)->xShmLock(RealOf(file), offset, count, flags);
    },
    [](sqlite3_file* file) { MethodsOf(file)->xShmBarrier(RealOf(file)); },
    [](sqlite3_file* file, int deletes) {
      return MethodsOf(file)->xShmUnmap(RealOf(file), deletes);
    },
    nullptr,
    nullptr};

int Open(sqlite3_vfs* /*vfs*/, const char* path, sqlite3_file* file, int flags, int* flags_out) {
  file->pMethods = nullptr;
  const int status = Disk::Real()->xOpen(Disk::Real(), path, RealOf(file), flags, flags_out);
  if (status != SQLITE_OK) return status;
  Of(file)->path = new std::string(path != nullptr ? path : "");
  file->pMethods = &kMethods;
  return SQLITE_OK;
}

sqlite3_vfs MakeVfs() {
  sqlite3_vfs vfs = *Disk::Real();
  vfs.pNext = nullptr;
  vfs.zName = "simulation";
  vfs.szOsFile = static_cast<int>(sizeof(File)) + Disk::Real()->szOsFile;
  vfs.xOpen = Open;
  vfs.xDelete = [](sqlite3_vfs*, const char* path, int sync_folder) {
    return g_disk->Delete(path, sync_folder);
  };
  vfs.xSleep = [](sqlite3_vfs*, int microseconds) {
    g_disk->Sleep(microseconds);
    return microseconds;
  };
  return vfs;
}

sqlite3_vfs* Vfs() {
  static sqlite3_vfs vfs = MakeVfs();
  return &vfs;
}

std::string Content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Writes `bytes` into `content` from `offset` on.
void Put(std::string& content, int64_t offset, const std::string& bytes) {
  const auto from = static_cast<size_t>(offset);
  if (content.size() < from + bytes.size()) content.resize(from + bytes.size());
  std::copy(bytes.begin(), bytes.end(), content.begin() + offset);
}

}  // namespace

sqlite3_vfs* Disk::Real() {
  static sqlite3_vfs* const kReal = sqlite3_vfs_find("unix");
  return kReal;
}

Disk::Disk(World& world)
    : world_(world),
      keeps_changes_(world.scenario().rates.at(static_cast<size_t>(Fault::kPowerCut)) > 0) {
  g_disk = this;
  sqlite3_vfs_register(Vfs(), 1);
}

Disk::~Disk() {
  sqlite3_vfs_unregister(Vfs());
  g_disk = nullptr;
}

void Disk::Begin(bool after_power_cut) {
  if (after_power_cut) {
    for (const auto& [path, changes] : unsynced_) LoseUnsynced(path, changes);
  }
  unsynced_.clear();
  has_failed_ = false;
  if (is_full_ && (world_.is_quiet() || world_.details().Chance(0.7))) is_full_ = false;
}

/// Whether the process that writes was killed: before this, or now.
bool Disk::IsDead() { return world_.is_killed() || world_.IsKilledNow(); }

int Disk::Fails(int status) {
  has_failed_ = true;
  world_.Say("the disk fails with SQLite's status {}", status);
  return status;
}

int Disk::Write(sqlite3_file* real, const std::string& path, const void* data, int size,
                sqlite3_int64 offset) {
  if (IsDead()) return SQLITE_IOERR_WRITE;
  if (world_.Strikes(Fault::kDiskFull)) is_full_ = true;
  if (is_full_) return Fails(SQLITE_FULL);
  if (world_.Strikes(Fault::kDiskError)) return Fails(SQLITE_IOERR_WRITE);
  if (world_.Strikes(Fault::kTornWrite)) {
    world_.Kill();
    size = static_cast<int>(world_.details().Between(0, size - 1));
  }
  if (keeps_changes_) {
    const int status =
        Note(real, path, {offset, "", std::string(static_cast<const char*>(data), size), 0, false});
    if (status != SQLITE_OK) return status;
  }
  const int status = size == 0 ? SQLITE_OK : real->pMethods->xWrite(real, data, size, offset);
  return world_.is_killed() ? SQLITE_IOERR_WRITE : status;
}

int Disk::Truncate(sqlite3_file* real, const std::string& path, sqlite3_int64 size) {
  if (IsDead()) return SQLITE_IOERR_TRUNCATE;
  if (keeps_changes_) {
    const int status = Note(real, path, {size, "", "", 0, true});
    if (status != SQLITE_OK) return status;
  }
  return real->pMethods->xTruncate(real, size);
}

/// Remembers what the change replaces.
int Disk::Note(sqlite3_file* real, const std::string& path, Change change) {
  sqlite3_int64 file_size = 0;
  int status = real->pMethods->xFileSize(real, &file_size);
  if (status != SQLITE_OK) return status;
  change.size_before = file_size;
  const int64_t end =
      change.is_truncation
          ? file_size
          : std::min<int64_t>(file_size, change.offset + static_cast<int64_t>(change.after.size()));
  if (end > change.offset) {
    change.before.resize(static_cast<size_t>(end - change.offset));
    status = real->pMethods->xRead(real, change.before.data(),
                                   static_cast<int>(change.before.size()), change.offset);
  }
  unsynced_[path].push_back(std::move(change));
  return status;
}

int Disk::Sync(const std::string& path) {
  if (IsDead()) return SQLITE_IOERR_FSYNC;
  world_.clock().Advance(world_.Strikes(Fault::kSlowDisk)
                             ? Seconds(world_.details().LogBetween(0.5, 90))
                             : std::chrono::microseconds(300));
  if (world_.Strikes(Fault::kDiskError)) return Fails(SQLITE_IOERR_FSYNC);
  unsynced_.erase(path);
  return SQLITE_OK;
}

int Disk::Delete(const char* path, int sync_folder) {
  if (IsDead()) return SQLITE_IOERR_DELETE;
  unsynced_.erase(path);
  return Real()->xDelete(Real(), path, sync_folder);
}

int Disk::Read(sqlite3_file* real, void* data, int size, sqlite3_int64 offset) {
  return real->pMethods->xRead(real, data, size, offset);
}

void Disk::Sleep(int microseconds) {
  world_.clock().Advance(std::chrono::microseconds(microseconds));
}

/// Each change is kept, lost, or kept up to a sector, whichever comes later in the file.
void Disk::LoseUnsynced(const std::string& path, const std::vector<Change>& changes) {
  if (!std::filesystem::exists(path)) return;
  std::string content = Content(path);
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    content.resize(static_cast<size_t>(change->size_before));
    Put(content, change->offset, change->before);
  }
  Draws& draws = world_.details();
  int64_t lost = 0;
  for (const Change& change : changes) {
    if (draws.Chance(0.4)) {
      ++lost;
    } else if (change.is_truncation) {
      content.resize(static_cast<size_t>(change.offset));
    } else {
      std::string after = change.after;
      const auto sectors = static_cast<int64_t>(after.size()) / kSector;
      if (draws.Chance(0.3)) after.resize(static_cast<size_t>(draws.Between(0, sectors) * kSector));
      Put(content, change.offset, after);
    }
  }
  if (lost > 0) world_.Count("writes lost in a power cut");
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

}  // namespace lrsweep::simulation
