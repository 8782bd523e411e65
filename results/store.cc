#include "results/store.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cmath>
#include <limits>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "results/database_file.h"
#include "results/step_trace.h"
#include "results/store_impl.h"
#include "results/time_text.h"
#include "schema_sql.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

// The first four bytes that say whose file this is, "lrsw", and the layout's number. Neither an
// application_id, a page size nor auto_vacuum can be changed later without rewriting the file.
constexpr int32_t kApplicationId = 0x6c727377;
constexpr int32_t kSchemaVersion = 2;
constexpr int kPageBytes = 4096;

// Ids are hashes, so a trial's rows lie anywhere in the file: room for many pages, and many changes
// of a page gathered in the journal (16 MB) before it is copied into the file.
constexpr const char* kWriterPragmas =
    "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536; "
    "PRAGMA wal_autocheckpoint = 4000; SELECT * FROM sweep";
constexpr int kCloseTimeoutMs = 500;  // how long Close waits for readers to let go

void MustChange(const std::string& trial_id, int changed_rows) {
  if (changed_rows == 0) throw std::logic_error("no such trial, or it is not running: " + trial_id);
}

/// What EndAttempt does to the trial: ?1 its id, ?2 its state, ?3 its error.
std::string EndTrialSql(const Objective& objective) {
  return fmt::format(
      "UPDATE trials SET state = ?2, error = nullif(?3, ''), "
      "value = CASE WHEN ?2 = 'completed' AND diverged = 0 THEN (SELECT score FROM ({})) END "
      "WHERE trial_id = ?1",
      ScoreQuery(objective, "WHERE trial_id = ?1"));
}

int64_t Pragma(SQLite::Database& db, const std::string& name) {
  return db.execAndGet("PRAGMA " + name).getInt64();
}

void InsertSweep(SQLite::Database& db, const SweepRecord& sweep) {
  SQLite::Statement insert(db,
                           "INSERT INTO sweep VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)");
  const Objective& objective = sweep.objective;
  RunStatement(insert, sweep.name, sweep.config_yaml, objective.metric, objective.mode,
               objective.scope, sweep.engine, sweep.dataset_sha256, int64_t{sweep.record_steps},
               UtcNow(), sweep.version);
}

void InsertTrials(SQLite::Database& db, size_t count,
                  const std::function<Trial(size_t)>& trial_at) {
  SQLite::Statement insert(db,
                           "INSERT INTO trials (number, trial_id, group_id, state, scheduler, "
                           "params, seed) VALUES (?, ?, ?, ?, ?, ?, ?)");
  const std::string pending(ToString(TrialState::kPending));
  TrialLabels labels;
  for (size_t i = 0; i < count; ++i) {
    const Trial trial = trial_at(i);
    labels.Add(trial.scheduler, FlatText(trial.params));
    RunStatement(insert, static_cast<int64_t>(i), trial.id, trial.group_id, pending,
                 trial.scheduler, ToJson(trial.params), trial.seed);
  }
  SQLite::Statement insert_path(db, "INSERT INTO parameters VALUES (?, ?, ?)");
  for (const LabelPath& row : labels.Paths()) {
    RunStatement(insert_path, row.scheduler, row.path, int64_t{row.varies});
  }
}

/// Fills an empty file that nobody else knows yet: without journal, since a failure discards it.
void Build(const fs::path& path, const SweepRecord& sweep, size_t count,
           const std::function<Trial(size_t)>& trial_at) {
  SQLite::Database db(path.string(), SQLite::OPEN_READWRITE);
  db.exec(
      fmt::format("PRAGMA page_size = {}; PRAGMA auto_vacuum = INCREMENTAL; "
                  "PRAGMA application_id = {}; PRAGMA user_version = {}; "
                  "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF",
                  kPageBytes, kApplicationId, kSchemaVersion));
  SQLite::Transaction transaction(db);
  db.exec(kSchemaSql);
  InsertSweep(db, sweep);
  InsertTrials(db, count, trial_at);
  transaction.commit();
  // Here already, so that a file system that cannot do it is found before anything is in place.
  const std::string mode = db.execAndGet("PRAGMA journal_mode = WAL").getString();
  if (mode != "wal") {
    throw StoreError(path.parent_path().string() +
                     " is on a file system that SQLite's WAL mode does not work on");
  }
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
  if (version < kSchemaVersion) {
    throw StoreError(
        fmt::format("{} was made by an lrsweep before its first release (its layout is number {}, "
                    "this program knows {}): run its sweep again",
                    path.string(), version, kSchemaVersion));
  }
  if (version > kSchemaVersion) {
    throw StoreError(
        fmt::format("{} was made by a newer lrsweep (its layout is number {}, this program "
                    "knows {}): read it with that one",
                    path.string(), version, kSchemaVersion));
  }
}

}  // namespace

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
      break;
    default:
      break;
  }
  return fmt::format("cannot use {}: {} (SQLite error {})", name, error.what(),
                     error.getExtendedErrorCode());
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Store Store::Create(const fs::path& path, const SweepRecord& sweep, size_t count,
                    const std::function<Trial(size_t)>& trial_at) {
  const fs::path absolute = fs::absolute(path);
  if (!fs::is_directory(absolute.parent_path())) {
    throw StoreError(fmt::format("cannot create {}: the folder {} does not exist", path.string(),
                                 absolute.parent_path().string()));
  }
  RefuseTaken(path);
  try {
    NewFile file(absolute);
    Guarded(path, [&] { Build(file.Path(), sweep, count, trial_at); });
    file.PutInPlace();
  } catch (const fs::filesystem_error& error) {
    if (error.code() == std::errc::file_exists) RefuseTaken(path);  // by another, meanwhile
    throw StoreError(fmt::format("cannot create {}: {}", path.string(), error.code().message()));
  }
  try {
    return Guarded(path, [&] {
      auto impl = std::make_unique<Impl>(absolute, SQLite::OPEN_READWRITE);
      impl->record_steps = sweep.record_steps;
      impl->end_trial = EndTrialSql(sweep.objective);
      impl->writable = true;
      impl->Db().exec(kWriterPragmas);
      return Store(std::move(impl));
    });
  } catch (const StoreError&) {  // no room for the journal: then no database either
    RemoveDatabase(absolute);
    throw;
  }
}

Store Store::Open(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw StoreError("there is no file " + path.string());
  if (!fs::is_regular_file(status)) throw StoreError(path.string() + " is not a file");
  return Guarded(path, [&] {
    auto impl = std::make_unique<Impl>(fs::absolute(path), SQLite::OPEN_READONLY);
    SQLite::Database& db = impl->Db();
    // The file may come from anywhere.
    sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    db.exec("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; BEGIN");
    RefuseForeign(path, db);
    return Store(std::move(impl));
  });
}

// ---- Writing. What may throw std::logic_error comes first, before anything is changed.

int64_t Store::BeginAttempt(const std::string& trial_id, const WorkerInfo& worker) {
  int64_t earlier = 0;
  impl_->Write([&] {
    const std::string now = UtcNow();
    if (impl_->first_start.empty()) impl_->first_start = now;
    MustChange(trial_id, impl_->Run("UPDATE trials SET state = 'running', error = NULL, "
                                    "started_at = coalesce(started_at, ?2), epochs_done = 0, "
                                    "wall_seconds = 0, diverged = 0, value = NULL "
                                    "WHERE trial_id = ?1",
                                    trial_id, now));
    earlier = impl_->Number("SELECT count(*) FROM attempts WHERE trial_id = ?", trial_id);
    if (earlier > 0) {
      // What an earlier attempt left: its epochs, with them their traces, and perhaps no end.
      impl_->Run("DELETE FROM epochs WHERE trial_id = ?", trial_id);
      impl_->Run(
          "UPDATE attempts SET outcome = 'interrupted' "
          "WHERE trial_id = ? AND outcome IS NULL",
          trial_id);
    }
    impl_->Run(
        "INSERT INTO attempts (trial_id, attempt, worker, host, device, engine, cpu_target, "
        "pack_size, started_at, first_epoch) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, 1)",
        trial_id, earlier + 1, worker.worker, worker.host, worker.device, worker.engine,
        worker.cpu_target, now);
  });
  return earlier + 1;
}

void Store::AddEpoch(const std::string& trial_id, const EpochRecord& epoch) {
  const auto steps = static_cast<int64_t>(epoch.losses.size());
  const bool record_steps = impl_->record_steps && steps > 0;
  const StepTrace trace = record_steps ? MakeStepTrace(epoch.losses, epoch.rates) : StepTrace{};
  const std::optional<double> lr =
      epoch.rates.lr.empty() ? std::nullopt : std::optional(epoch.rates.lr.back());
  impl_->Write([&] {
    MustChange(trial_id,
               impl_->Run("UPDATE trials SET epochs_done = ?2, diverged = "
                          "max(diverged, ?3), wall_seconds = wall_seconds + ?4 "
                          "WHERE trial_id = ?1",
                          trial_id, epoch.epoch, int64_t{epoch.Diverged()}, epoch.wall_seconds));
    impl_->Run("INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", trial_id, epoch.epoch,
               epoch.steps_done, lr, epoch.train_loss, epoch.val_loss, epoch.val_accuracy,
               epoch.wall_seconds);
    if (!record_steps) return;
    impl_->Run("INSERT INTO step_traces VALUES (?, ?, ?, ?, ?, ?)", trial_id, epoch.epoch,
               epoch.steps_done - steps, trace.lr, trace.momentum, trace.json);
  });
}

void Store::EndAttempt(const std::string& trial_id, TrialState state, const std::string& error) {
  const std::string word(ToString(state));
  const std::string outcome = state == TrialState::kPending ? "interrupted" : word;
  impl_->Write([&] {
    const std::string now = UtcNow();
    MustChange(trial_id, impl_->Run("UPDATE attempts SET ended_at = ?2, outcome = ?3, "
                                    "error = nullif(?4, '') "
                                    "WHERE trial_id = ?1 AND outcome IS NULL",
                                    trial_id, now, outcome, error));
    impl_->last_end = now;
    impl_->Run(impl_->end_trial, trial_id, word, error);
  });
}

void Store::Commit() { impl_->Commit(); }

void Store::Close() {
  if (!impl_->db) return;
  impl_->Commit();
  impl_->prepared.clear();
  if (impl_->writable) {
    Guarded(impl_->path, [&] {
      SQLite::Database& db = impl_->Db();
      db.setBusyTimeout(kCloseTimeoutMs);
      try {
        db.exec("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
      } catch (const SQLite::Exception& error) {
        // Somebody reads: the last one to close the file takes the journal away.
        if (error.getErrorCode() != SQLITE_BUSY && error.getErrorCode() != SQLITE_LOCKED) throw;
      }
    });
  }
  impl_->db.reset();
}

}  // namespace lrsweep
