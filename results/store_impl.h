// Shared by the store*.cc files: the open database behind a Store. Only they include SQLite.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "results/database_file.h"
#include "results/store.h"

namespace lrsweep {

inline constexpr int kBusyTimeoutMs = 10'000;

/// The message of a StoreError: what is wrong with the database at `path`, and what to do.
std::string ExplainSqlite(const std::filesystem::path& path, const SQLite::Exception& error);

/// Runs `action`; what SQLite throws becomes a StoreError.
template <typename Action>
auto Guarded(const std::filesystem::path& path, const Action& action) -> decltype(action()) {
  try {
    return action();
  } catch (const SQLite::Exception& error) {
    throw StoreError(ExplainSqlite(path, error));
  }
}

inline void BindOne(SQLite::Statement& statement, int index, int64_t number) {
  statement.bind(index, number);
}

inline void BindOne(SQLite::Statement& statement, int index, const std::string& text) {
  statement.bindNoCopy(index, text);
}

struct Blob {
  std::string_view bytes;
};

inline void BindOne(SQLite::Statement& statement, int index, const Blob& blob) {
  statement.bindNoCopy(index, static_cast<const void*>(blob.bytes.data()),
                       static_cast<int>(blob.bytes.size()));
}

/// NaN and infinities as NULL.
inline void BindOne(SQLite::Statement& statement, int index, double number) {
  if (std::isfinite(number)) {
    statement.bind(index, number);
  } else {
    statement.bind(index);
  }
}

inline void BindOne(SQLite::Statement& statement, int index, const std::optional<double>& number) {
  if (number) {
    BindOne(statement, index, *number);
  } else {
    statement.bind(index);
  }
}

/// Binds the values to ?1, ?2 and so on, and runs the statement, which may be run again.
/// Returns how many rows it changed.
template <typename... Values>
int RunStatement(SQLite::Statement& statement, const Values&... values) {
  int index = 0;
  (BindOne(statement, ++index, values), ...);
  const int changed = statement.exec();
  statement.reset();
  return changed;
}

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// NaN for NULL.
inline double RealOrNan(const SQLite::Column& column) {
  return column.isNull() ? kNan : column.getDouble();
}

inline std::optional<std::string> TextOrNone(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional<std::string>(column.getString());
}

inline std::optional<double> RealOrNone(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional<double>(column.getDouble());
}

/// Where a metric's values are: a table or a query with the columns trial_id, epoch, steps_done and
/// `column`, a row for each epoch that counts; and the seconds that the trial had taken after it,
/// which is to be used for seconds_to alone.
struct MetricSource {
  std::string table;
  std::string column;
  std::string elapsed;
};
/// `of_program`: of the sweep of a user's program, where only epochs that have the metric count.
MetricSource SourceOf(const Metric& metric, bool of_program);

/// Writes what is known of the metrics that the user's program reports.
void DeclareMetrics(SQLite::Database& db, const MetricTable& metrics);

/// Takes back what was declared of metrics: those that were never reported are gone.
void ForgetDeclaredMetrics(SQLite::Database& db);

/// What a score depends on beside the objective.
struct ScoredMetrics {
  const MetricTable& table;
  bool of_program = false;  // SweepRecord::IsOfProgram
};

/// A query of each trial's `trial_id` and `score`: the objective over its epochs, NULL where one of
/// them lacks the metric. Of a user's program only epochs that have the metric count. `where`
/// chooses the epochs. Throws std::invalid_argument as Check.
std::string ScoreQuery(const Objective& objective, const ScoredMetrics& metrics,
                       const std::string& where);

/// What EndAttempt does to the trial: ?1 its id, ?2 its state, ?3 its error.
std::string EndTrialSql(const Objective& objective, const ScoredMetrics& metrics);

/// Puts the trials of a new sweep, pending, into its empty tables.
void InsertTrials(SQLite::Database& db, size_t count, const std::function<Trial(size_t)>& trial_at);

/// Throws std::logic_error where a statement that is to change the trial changed nothing.
inline void MustChange(const std::string& trial_id, int64_t changed_rows) {
  if (changed_rows == 0)
    throw std::logic_error("no such trial, or it cannot do this now: " + trial_id);
}

/// An epoch that several trials share: all of them name `owner`, and are to name `heir`, which has
/// a row of it.
struct SharedEpoch {
  int64_t epoch = 0;
  std::string owner, heir;
};

struct Store::Impl {
  Impl(std::filesystem::path file, int flags, std::optional<WriterLock> writer_lock = {})
      : path(std::move(file)),
        lock(std::move(writer_lock)),
        db(std::in_place, path.string(), flags, kBusyTimeoutMs) {}

  /// Takes over what writing depends on: the objective, and whether steps are recorded.
  void Follow(const SweepRecord& sweep) {
    prepared.clear();  // end_trial may be among them
    record_steps = sweep.record_steps;
    metrics.reset();
    end_trial = EndTrialSql(sweep.objective, Scored());
  }

  SQLite::Database& Db() {
    if (!db) throw std::logic_error("the store is closed");
    return *db;
  }

  /// The statement, prepared at its first use and kept; `sql` must live as long as the store.
  SQLite::Statement& Prepared(std::string_view sql) {
    auto& statement = prepared[sql];
    if (!statement) statement = std::make_unique<SQLite::Statement>(Db(), std::string(sql));
    return *statement;
  }

  /// Runs the prepared statement with `values` bound to ?1, ?2 and so on. Returns how many rows it
  /// changed.
  template <typename... Values>
  int Run(std::string_view sql, const Values&... values) {
    return RunStatement(Prepared(sql), values...);
  }

  /// The one number that the prepared query gives for `values` as ?1, ?2 and so on.
  template <typename... Values>
  int64_t Number(std::string_view sql, const Values&... values) {
    SQLite::Statement& query = Prepared(sql);
    int index = 0;
    (BindOne(query, ++index, values), ...);
    query.executeStep();
    const int64_t number = query.getColumn(0).getInt64();
    query.reset();
    return number;
  }

  /// The texts that the query gives.
  std::vector<std::string> Texts(const std::string& sql) {
    return Guarded(path, [&] {
      SQLite::Statement query(Db(), sql);
      std::vector<std::string> texts;
      while (query.executeStep()) texts.push_back(query.getColumn(0).getString());
      return texts;
    });
  }

  /// Runs `action` within the open transaction.
  template <typename Action>
  void Write(const Action& action) {
    Guarded(path, [&] {
      if (!in_transaction) Db().exec("BEGIN IMMEDIATE");
      in_transaction = true;
      try {
        action();
      } catch (const SQLite::Exception&) {
        in_transaction = false;
        metrics.reset();
        whole_state.clear();
        Db().tryExec("ROLLBACK");  // fails where SQLite has rolled back by itself
        throw;
      }
    });
  }

  void Commit() {
    if (!in_transaction) return;
    Write([&] {
      if (!first_start.empty() || !last_end.empty()) {
        Run("UPDATE sweep SET started_at = coalesce(started_at, nullif(?1, '')), "
            "ended_at = coalesce(nullif(?2, ''), ended_at)",
            first_start, last_end);
      }
      Db().exec("COMMIT");
    });
    in_transaction = false;
    first_start.clear();
    last_end.clear();
  }

  void EndAttempt(const std::string& trial_id, TrialState state, const std::string& outcome,
                  const std::string& error);

  /// Gives the trial this checkpoint in place of the one that it has.
  void PutCheckpoint(const std::string& trial_id, const Checkpoint& checkpoint);

  void TakeOver(const SweepRecord& sweep, const SweepRecord& before);

  /// The metrics that this sweep has: the one place that answers this.
  const MetricTable& Metrics();

  /// What scores of this sweep depend on.
  ScoredMetrics Scored() {
    return Guarded(path, [&] { return ScoredMetrics{Metrics(), IsOfProgram()}; });
  }

  /// SweepRecord::IsOfProgram.
  bool IsOfProgram();

  /// Whether training images are held back for validation.
  bool HasValidation();

  /// Writes the epoch's metrics that have no column in `epochs`.
  void AddReported(const std::string& trial_id, const EpochRecord& epoch);

  /// Reads them into the trial's epochs, in order: each gets every metric of the table.
  void ReadReported(const std::string& trial_id, std::vector<EpochRow>& epochs);

  /// The traces of a trial's steps, as `FROM` of a query with ?1, its id: `t` is step_traces.
  std::string TracesOf() const;

  /// Reads rows of an epoch, its owner and its heir; ?1 is a trial, ?2 an epoch.
  std::vector<SharedEpoch> SharedEpochs(std::string_view sql, const std::string& trial_id,
                                        int64_t first_epoch);

  /// Makes the heir the one that all who share the epoch name.
  void MoveShared(const SharedEpoch& shared);

  /// The condition of trials that have a place.
  const char* Ranked() const;

  /// The trials of the space whose column `key` has this value; empty: those that have not gone on.
  std::vector<ScoredTrial> Scores(const Objective& objective, bool at_hand, const std::string& key,
                                  const std::string& value);

  /// Writes trials.shared_epochs of the trial and of those that name it.
  void CountShared(const std::string& trial_id);

  /// Hands the epochs of a trial from `first_epoch` on that other trials name over to these, so
  /// that they can be removed from the trial.
  void HandOverShared(const std::string& trial_id, int64_t first_epoch);

  /// Removes what an earlier attempt recorded from `first_epoch` on, and ends that attempt.
  void CutBack(const std::string& trial_id, int64_t first_epoch);

  std::filesystem::path path;
  std::optional<WriterLock> lock;  // of a writer; outlives `db`, as it must
  std::optional<SQLite::Database> db;
  std::unordered_map<std::string_view, std::unique_ptr<SQLite::Statement>> prepared;
  std::string end_trial;              // the statement that gives a trial its state, error and value
  std::string first_start, last_end;  // of attempts in this transaction; empty: none
  std::string whole_state;            // the last one put, by its SHA-256: undamaged in the file
  std::optional<MetricTable> metrics;  // as Metrics() has read it
  std::optional<bool> is_of_program;   // as IsOfProgram() has read it
  // False for a file of an older layout that is only read.
  bool has_reported_metrics = true;
  bool has_identity = true;
  bool has_test_metrics = true;
  bool has_sharing = true;
  bool has_search = true;
  bool record_steps = true;
  bool in_transaction = false;
};

}  // namespace lrsweep
