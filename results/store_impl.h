// What the store*.cc files share: the open database behind a Store. SQLite stays in these files.
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

#include "results/database_file.h"
#include "results/store.h"

namespace lrsweep {

inline constexpr int kBusyTimeoutMs = 10'000;

/// What went wrong with the database at `path`, for people.
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

/// NaN and infinities as NULL.
inline void BindOne(SQLite::Statement& statement, int index, double number) {
  if (std::isfinite(number)) {
    statement.bind(index, number);
  } else {
    statement.bind(index);
  }
}

inline void BindOne(SQLite::Statement& statement, int index, const std::optional<double>& number) {
  BindOne(statement, index, number.value_or(std::numeric_limits<double>::quiet_NaN()));
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

inline std::optional<double> RealOrNone(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional<double>(column.getDouble());
}

/// A query of each trial's `trial_id` and `score`: the objective over its epochs, NULL where one of
/// them lacks the metric. `where` chooses the epochs.
std::string ScoreQuery(const Objective& objective, const std::string& where);

/// What EndAttempt does to the trial: ?1 its id, ?2 its state, ?3 its error.
std::string EndTrialSql(const Objective& objective);

/// Puts the trials of a new sweep, pending, into its empty tables.
void InsertTrials(SQLite::Database& db, size_t count, const std::function<Trial(size_t)>& trial_at);

struct Store::Impl {
  Impl(std::filesystem::path file, int flags, std::optional<WriterLock> writer_lock = {})
      : path(std::move(file)),
        lock(std::move(writer_lock)),
        db(std::in_place, path.string(), flags, kBusyTimeoutMs) {}

  /// Writes as the sweep wants it.
  void Follow(const SweepRecord& sweep) {
    prepared.clear();  // end_trial may be among them
    record_steps = sweep.record_steps;
    end_trial = EndTrialSql(sweep.objective);
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

  /// The one number that the prepared query gives for ?1.
  int64_t Number(std::string_view sql, const std::string& value) {
    SQLite::Statement& query = Prepared(sql);
    BindOne(query, 1, value);
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

  /// Takes away what an earlier attempt recorded from `first_epoch` on, and ends it.
  void CutBack(const std::string& trial_id, int64_t first_epoch);

  std::filesystem::path path;
  std::optional<WriterLock> lock;  // of a writer; outlives `db`, as it must
  std::optional<SQLite::Database> db;
  std::unordered_map<std::string_view, std::unique_ptr<SQLite::Statement>> prepared;
  std::string end_trial;              // the statement that gives a trial its state, error and value
  std::string first_start, last_end;  // of attempts in this transaction; empty: none
  bool record_steps = true;
  bool in_transaction = false;
};

}  // namespace lrsweep
