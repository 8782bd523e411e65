#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "results/database_file.h"
#include "results/store_impl.h"

namespace lrsweep {

namespace fs = std::filesystem;

std::string ExplainSqlite(const fs::path& path, const SQLite::Exception& error) {
  const std::string name = path.string();
  switch (error.getErrorCode()) {
    case SQLITE_NOTADB:
      return name + " is not a database of lrsweep";
    case SQLITE_FULL:
      return name + " cannot be written: the disk is full";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return name + " is locked by another program; try again when that has ended";
    case SQLITE_IOERR:
      return fmt::format("{} cannot be read or written: is the disk full or failing? ({}, {})",
                         name, error.what(), error.getExtendedErrorCode());
    case SQLITE_CORRUPT:
      return fmt::format("{} is damaged ({})", name, error.what());
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      if (fs::exists(path) && access(name.c_str(), R_OK) != 0) {
        return fmt::format("cannot read {}: {}", name, std::generic_category().message(errno));
      }
      if (IsWal(path)) {
        return fmt::format(
            "cannot read {0}: its sweep is still running or ended abruptly, and the folder cannot "
            "be written; copy {0} (and {0}-wal, if there is one) to a folder of yours and read it "
            "there",
            name);
      }
      if (error.getExtendedErrorCode() == SQLITE_READONLY_ROLLBACK) {
        return fmt::format(
            "cannot read {0}: its sweep ended abruptly, and the folder cannot be written; copy {0} "
            "and {0}-journal to a folder of yours and read it there",
            name);
      }
      break;
    default:
      break;
  }
  return fmt::format("cannot use {}: {} (SQLite error {})", name, error.what(),
                     error.getExtendedErrorCode());
}

}  // namespace lrsweep
