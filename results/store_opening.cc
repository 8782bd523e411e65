// Creates a database, opens it for reading, and opens it for writing.
#include <fmt/format.h>
#include <sqlite3.h>

#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "checkpoints_sql.h"
#include "groups_sql.h"
#include "metrics_sql.h"
#include "metrics_view_sql.h"
#include "ranking_sql.h"
#include "results/database_file.h"
#include "results/file_system.h"
#include "results/store.h"
#include "results/store_impl.h"
#include "results/time_text.h"
#include "retired_checkpoints_sql.h"
#include "schema_sql.h"
#include "steps_view_sql.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

// "lrsw" marks the file as ours. Application id, page size and auto_vacuum cannot be changed later
// without rewriting the file.
constexpr int32_t kApplicationId = 0x6c727377;
// The layout. 3 added the view `groups`, 4 the metrics of users' programs, 5 the identity, 6 the
// metrics of the test images beside those of held-back ones, 7 shared epochs and searches.
constexpr int32_t kSchemaVersion = 7;
constexpr int32_t kMetricsVersion = 4;
constexpr int32_t kIdentityVersion = 5;
constexpr int32_t kTestMetricsVersion = 6;
constexpr int32_t kSearchVersion = 7;
// Oldest layout that is read; opening for writing upgrades it.
constexpr int32_t kOldestVersion = 2;
constexpr int kPageBytes = 4096;

// busy_timeout: with a rollback journal a commit waits for readers, and giving up would end the
// sweep. cache_size and wal_autocheckpoint: ids are hashes, so a trial's rows are anywhere in the
// file. A large cache holds many pages, and a long journal (16 MB) gathers many changes of a page
// before it is copied into the file. secure_delete: Debian's SQLite overwrites deleted rows by
// default, which writes a state a second time when it is needed no more.
constexpr const char* kWriterPragmas =
    "PRAGMA busy_timeout = 60000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA "
    "cache_size = -65536; PRAGMA secure_delete = OFF; "
    "PRAGMA wal_autocheckpoint = 4000; SELECT * FROM sweep";

int64_t Pragma(SQLite::Database& db, const std::string& name) {
  return db.execAndGet("PRAGMA " + name).getInt64();
}

void InsertSweep(SQLite::Database& db, const SweepRecord& sweep) {
  SQLite::Statement insert(
      db, "INSERT INTO sweep VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?, 0, ?, '')");
  const Objective& objective = sweep.objective;
  RunStatement(insert, sweep.name, sweep.config_yaml, objective.metric, objective.mode,
               objective.scope, sweep.engine, sweep.dataset_sha256, int64_t{sweep.record_steps},
               UtcNow(), sweep.version, sweep.identity, sweep.race_confidence);
}

/// Sets the journal and records it.
void SetJournal(const fs::path& path, SQLite::Database& db, Journal journal) {
  if (journal == Journal::kAuto) {
    journal = NetworkFileSystemOf(path).empty() ? Journal::kWal : Journal::kDelete;
  }
  const std::string wanted = journal == Journal::kWal ? "wal" : "delete";
  const std::string mode = db.execAndGet("PRAGMA journal_mode = " + wanted).getString();
  if (mode != wanted) {
    throw StoreError(fmt::format("{} is on a file system that SQLite's {} journal does not work on",
                                 path.parent_path().string(), wanted));
  }
  SQLite::Statement record(db, "UPDATE sweep SET journal = ?1 WHERE journal <> ?1");
  RunStatement(record, wanted);
}

/// Fills an empty file under its temporary name. Without a journal: after a failure it is
/// discarded.
void Build(const fs::path& path, const SweepRecord& sweep, size_t count,
           const std::function<Trial(size_t)>& trial_at, Journal journal) {
  SQLite::Database db(path.string(), SQLite::OPEN_READWRITE);
  db.exec(
      fmt::format("PRAGMA page_size = {}; PRAGMA auto_vacuum = INCREMENTAL; "
                  "PRAGMA application_id = {}; PRAGMA user_version = {}; "
                  "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF",
                  kPageBytes, kApplicationId, kSchemaVersion));
  SQLite::Transaction transaction(db);
  db.exec(kSchemaSql);
  db.exec(kCheckpointsSql);
  db.exec(kGroupsSql);
  db.exec(kMetricsSql);
  db.exec(kMetricsViewSql);
  db.exec(kRankingSql);
  db.exec(kRetiredCheckpointsSql);
  db.exec(kStepsViewSql);
  InsertSweep(db, sweep);
  DeclareMetrics(db, sweep.reported_metrics);
  InsertTrials(db, count, trial_at);
  transaction.commit();
  // Here, so that a file system without WAL is found before the file is put in place.
  SetJournal(path, db, journal);
  // Closing ignores what fails, and the journal does not get the file's new name.
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

void RefuseTaken(const fs::path& path) {
  const fs::path taken = FirstTaken(path);
  if (taken.empty()) return;
  throw StoreError(taken.string() + " exists already: move it away, or name another file by --db");
}

void RefuseForeign(const fs::path& path, SQLite::Database& db) {
  if (Pragma(db, "application_id") != kApplicationId) {
    throw StoreError(path.string() + " is a database, but none that lrsweep made");
  }
  const int64_t version = Pragma(db, "user_version");
  if (version < kOldestVersion) {
    throw StoreError(
        fmt::format("{} was made by an lrsweep before its first release (its layout is number {}, "
                    "this program knows {} to {}): run its sweep again",
                    path.string(), version, kOldestVersion, kSchemaVersion));
  }
  if (version > kSchemaVersion) {
    throw StoreError(
        fmt::format("{} was made by a newer lrsweep (its layout is number {}, this program "
                    "knows {}): read it with that one",
                    path.string(), version, kSchemaVersion));
  }
}

/// Reads the application id from the file's bytes, without SQLite, which would undo a journal.
bool IsMarkedAsOurs(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(68);  // SQLite's "application ID", big-endian
  std::string bytes(4, '\0');
  file.read(bytes.data(), 4);
  return file && bytes == "lrsw";
}

void RefuseNoFile(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw NoDatabase("there is no file " + path.string());
  if (!fs::is_regular_file(status)) throw StoreError(path.string() + " is not a file");
}

/// The file may come from a stranger: its schema must not be able to run code.
void DistrustFile(SQLite::Database& db) {
  sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  db.exec("PRAGMA trusted_schema = OFF");
}

/// Checks the tables that say what is done. Epochs and steps can be too many to check.
void RefuseDamaged(const fs::path& path, SQLite::Database& db) {
  for (const char* table : {"sweep", "trials", "attempts"}) {
    const std::string found =
        db.execAndGet(fmt::format("PRAGMA quick_check({})", table)).getString();
    if (found == "ok") continue;
    throw StoreError(
        fmt::format("{} is damaged ({}): nothing was written to it", path.string(), found));
  }
}

WriterLock LockForWriting(const fs::path& path) {
  try {
    return WriterLock(path);
  } catch (const fs::filesystem_error& error) {
    if (error.code() == std::errc::resource_unavailable_try_again) {
      throw StoreError(path.string() +
                       " is being written by another lrsweep: wait until that has ended, or name "
                       "another file by --db");
    }
    throw StoreError(fmt::format("cannot write {}: {}", path.string(), error.code().message()));
  }
}

/// Upgrades a file of an older layout to this one, in one transaction.
void Upgrade(SQLite::Database& db) {
  const int64_t version = Pragma(db, "user_version");
  if (version == kSchemaVersion) return;
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  if (version < kMetricsVersion) db.exec(kMetricsSql);
  if (version < kIdentityVersion) {
    db.exec("ALTER TABLE sweep ADD COLUMN identity INTEGER NOT NULL DEFAULT 1");
  }
  if (version < kTestMetricsVersion) {
    db.exec(
        "ALTER TABLE epochs ADD COLUMN test_loss REAL; "
        "ALTER TABLE epochs ADD COLUMN test_accuracy REAL; "
        "DROP VIEW IF EXISTS metrics");
    db.exec(kMetricsViewSql);
    db.exec(kRetiredCheckpointsSql);
  }
  if (version < kSearchVersion) {
    db.exec(
        "ALTER TABLE epochs ADD COLUMN trained_by TEXT; "
        "ALTER TABLE trials ADD COLUMN shared_epochs INTEGER NOT NULL DEFAULT 0; "
        "ALTER TABLE checkpoints RENAME TO whole_checkpoints; "
        "ALTER TABLE trials ADD COLUMN point TEXT; ALTER TABLE trials ADD COLUMN budget INTEGER; "
        "ALTER TABLE trials ADD COLUMN rung INTEGER; "
        "ALTER TABLE trials ADD COLUMN bracket INTEGER; "
        "ALTER TABLE trials ADD COLUMN stopped_by TEXT; "
        "ALTER TABLE trials ADD COLUMN promoted INTEGER NOT NULL DEFAULT 0; "
        "ALTER TABLE trials ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0; "
        "ALTER TABLE sweep ADD COLUMN first_number INTEGER NOT NULL DEFAULT 0; "
        "ALTER TABLE sweep ADD COLUMN race_confidence REAL; "
        "DROP VIEW IF EXISTS steps; DROP VIEW IF EXISTS groups; DROP VIEW IF EXISTS ranking; "
        "DROP INDEX IF EXISTS trials_by_group; DROP INDEX IF EXISTS trials_by_state; "
        "DROP INDEX IF EXISTS trials_by_value");
    db.exec(kCheckpointsSql);
    db.exec(
        "INSERT OR IGNORE INTO states SELECT sha256, data FROM whole_checkpoints; "
        "INSERT INTO checkpoints SELECT trial_id, epoch, size, sha256, NULL FROM "
        "whole_checkpoints; "
        "DROP TABLE whole_checkpoints");
    db.exec(kStepsViewSql);
    db.exec(kRankingSql);
    db.exec(kGroupsSql);
  }
  db.exec(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
  transaction.commit();
}

/// Makes pending what a crash left running. A process that runs users' programs itself may have
/// been ended by one of them: the attempt is lost, as with a worker.
void TakeBackRunningTrials(SQLite::Database& db) {
  SQLite::Transaction transaction(db);
  db.exec(
      "UPDATE attempts SET error = 'its sweep broke off', "
      "outcome = iif(worker = 0 AND engine = 'command', 'lost', 'interrupted') "
      "WHERE outcome IS NULL "
      "AND trial_id IN (SELECT trial_id FROM trials WHERE state = 'running');"
      "UPDATE trials SET state = 'pending' WHERE state = 'running'");
  transaction.commit();
}

}  // namespace

Journal ParseJournal(const std::string& word) {
  if (word == "auto") return Journal::kAuto;
  if (word == "wal") return Journal::kWal;
  if (word == "delete") return Journal::kDelete;
  throw std::invalid_argument("unknown journal '" + word + "': it is one of auto, wal, delete");
}

Store Store::Create(const fs::path& path, const SweepRecord& sweep, size_t count,
                    const std::function<Trial(size_t)>& trial_at, Journal journal) {
  const fs::path absolute = fs::absolute(path);
  if (!fs::is_directory(absolute.parent_path())) {
    throw StoreError(fmt::format("cannot create {}: the folder {} does not exist", path.string(),
                                 absolute.parent_path().string()));
  }
  RefuseTaken(path);
  std::optional<WriterLock> lock;
  try {
    NewFile file(absolute);
    Guarded(path, [&] { Build(file.Path(), sweep, count, trial_at, journal); });
    lock.emplace(file.Path());
    file.PutInPlace();
  } catch (const fs::filesystem_error& error) {
    if (error.code() == std::errc::file_exists) RefuseTaken(path);  // by another, meanwhile
    throw StoreError(fmt::format("cannot create {}: {}", path.string(), error.code().message()));
  }
  try {
    return Guarded(path, [&] {
      auto impl = std::make_unique<Impl>(absolute, SQLite::OPEN_READWRITE, std::move(lock));
      impl->Db().exec(kWriterPragmas);
      impl->Follow(sweep);
      return Store(std::move(impl));
    });
  } catch (const StoreError&) {  // no room for the journal: then no database either
    RemoveDatabase(absolute);
    throw;
  }
}

Store Store::Open(const fs::path& path) {
  RefuseNoFile(path);
  const auto open = [&path](int flags) {
    auto impl = std::make_unique<Impl>(fs::absolute(path), flags);
    DistrustFile(impl->Db());
    impl->Db().exec("PRAGMA query_only = ON; BEGIN");
    RefuseForeign(path, impl->Db());
    const int64_t version = Pragma(impl->Db(), "user_version");
    impl->has_reported_metrics = version >= kMetricsVersion;
    impl->has_identity = version >= kIdentityVersion;
    impl->has_test_metrics = version >= kTestMetricsVersion;
    impl->has_sharing = version >= kSearchVersion;
    impl->has_search = version >= kSearchVersion;
    return Store(std::move(impl));
  };
  return Guarded(path, [&] {
    try {
      return open(SQLite::OPEN_READONLY);
    } catch (const SQLite::Exception& error) {
      // A crash in a commit has left a rollback journal, which the next reader has to undo.
      if (error.getExtendedErrorCode() != SQLITE_READONLY_ROLLBACK || !IsMarkedAsOurs(path)) throw;
      return open(SQLite::OPEN_READWRITE);
    }
  });
}

Store Store::OpenForWriting(const fs::path& path, Journal journal) {
  RefuseNoFile(path);
  WriterLock lock = LockForWriting(path);
  return Guarded(path, [&] {
    auto impl = std::make_unique<Impl>(fs::absolute(path), SQLite::OPEN_READWRITE, std::move(lock));
    SQLite::Database& db = impl->Db();
    const auto copy_journal_on_close = [&db](bool wanted) {
      sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wanted ? 0 : 1, nullptr);
    };
    copy_journal_on_close(false);  // a refused file stays unchanged
    DistrustFile(db);
    RefuseForeign(path, db);
    RefuseDamaged(path, db);
    copy_journal_on_close(true);
    Store store(std::move(impl));
    SetJournal(path, db, journal);
    db.exec(kWriterPragmas);
    Upgrade(db);
    store.impl_->Follow(store.Sweep());
    TakeBackRunningTrials(db);
    return store;
  });
}

std::string SqliteVersion() { return SQLite::getLibVersion(); }

}  // namespace lrsweep
