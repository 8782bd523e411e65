#include "results/store_filter.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>

#include "results/store_condition.h"
#include "results/store_impl.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kMostBytes = 64 << 20;  // beside what SQLite has taken already
constexpr int kOperationsBetweenChecks = 10'000;
constexpr double kSecondsOfRows = 600;  // for all rows of a RowCondition
constexpr const char* kTable = "trials";

[[noreturn]] void Refuse(const std::string& why) { throw ConditionError(why); }

template <typename Number>
std::optional<Number> Parsed(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

/// Limits what a condition may do, on all of its way.
struct Guard {
  Guard(sqlite3* db, double seconds)
      : until(Clock::now() +
              std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds))) {
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1'000'000);
    sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 200);
    sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1'000);
    sqlite3_set_authorizer(db, Authorize, this);
    sqlite3_progress_handler(db, kOperationsBetweenChecks, IsOver, this);
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  /// Allows reading the table, and functions that compute a value from values.
  static int Authorize(void* guard, int action, const char* one, const char* two, const char*,
                       const char*) {
    static const std::set<std::string_view> kFunctions = {
        "abs",    "avg",       "coalesce", "count", "glob", "ifnull", "iif",   "instr", "length",
        "like",   "lower",     "ltrim",    "max",   "min",  "nullif", "round", "rtrim", "sign",
        "substr", "substring", "sum",      "total", "trim", "typeof", "upper"};
    if (action == SQLITE_SELECT) return SQLITE_OK;
    if (action == SQLITE_READ && std::string_view(one) == kTable) return SQLITE_OK;
    if (action == SQLITE_FUNCTION && kFunctions.contains(two)) return SQLITE_OK;
    static_cast<Guard*>(guard)->refused =
        action == SQLITE_FUNCTION ? fmt::format("the function {} is not for conditions", two)
                                  : "a condition reads columns, and does nothing else";
    return SQLITE_DENY;
  }

  static int IsOver(void* guard) {
    return Clock::now() > static_cast<Guard*>(guard)->until ? 1 : 0;
  }

  std::string refused;
  Clock::time_point until;
};

/// Limits the memory that SQLite may take in this process.
struct MemoryLimit {
  MemoryLimit() = default;
  ~MemoryLimit() { sqlite3_hard_heap_limit64(before); }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

  int64_t before = sqlite3_hard_heap_limit64(sqlite3_memory_used() + kMostBytes);
};

/// Binds the cell to the statement's parameter of that place, from 0.
void Bind(SQLite::Statement& statement, size_t place, const Cell& cell) {
  const int index = static_cast<int>(place) + 1;
  if (const auto* integer = std::get_if<int64_t>(&cell)) statement.bind(index, *integer);
  if (const auto* real = std::get_if<double>(&cell)) statement.bind(index, *real);
  if (const auto* text = std::get_if<std::string>(&cell)) statement.bind(index, *text);
}

/// Puts the rows into a new table: these columns, rowids from 1.
void Fill(SQLite::Database& db, const std::vector<std::string>& columns, size_t rows,
          const CellOf& cell_of) {
  std::string names = "\"\"";  // a table needs a column
  std::string values = "NULL";
  for (const std::string& column : columns) {
    names += ", " + QuotedName(column);
    values += ", ?";
  }
  db.exec(fmt::format("CREATE TABLE {} ({}); BEGIN", kTable, names));
  SQLite::Statement insert(db, fmt::format("INSERT INTO {} VALUES ({})", kTable, values));
  for (size_t row = 0; row < rows; ++row) {
    insert.clearBindings();
    for (size_t i = 0; i < columns.size(); ++i) Bind(insert, i, cell_of(row, columns[i]));
    insert.exec();
    insert.reset();
  }
  db.exec("COMMIT; PRAGMA query_only = ON; PRAGMA temp_store = MEMORY");
}

std::vector<size_t> Select(SQLite::Database& db, const std::string& condition) {
  SQLite::Statement query(db,
                          fmt::format("SELECT rowid FROM {} WHERE (\n{}\n)", kTable, condition));
  if (query.getBindParameterCount() > 0) {
    Refuse("a value is expected in the place of a parameter (?)");
  }
  std::vector<size_t> found;
  while (query.executeStep()) {
    found.push_back(static_cast<size_t>(query.getColumn(0).getInt64()) - 1);
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Throws ConditionError in place of SQLite's error.
[[noreturn]] void Explain(const SQLite::Exception& error, const Guard& guard) {
  if (error.getErrorCode() == SQLITE_INTERRUPT) Refuse("it takes too long");
  if (error.getErrorCode() == SQLITE_NOMEM) Refuse("it needs too much memory");
  Refuse(guard.refused.empty() ? error.what() : guard.refused);
}

/// A database in memory where texts may be in double quotes.
struct MemoryDatabase : SQLite::Database {
  MemoryDatabase() : SQLite::Database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_MEMORY) {
    sqlite3_db_config(getHandle(), SQLITE_DBCONFIG_DQS_DML, 1, nullptr);
  }
};

}  // namespace

Cell ToCell(const std::string& text) {
  if (text == "null") return {};
  if (text == "true" || text == "false") return int64_t{text == "true"};
  if (const auto integer = Parsed<int64_t>(text)) return *integer;
  if (const auto real = Parsed<double>(text); real && std::isfinite(*real)) return *real;
  return text;
}

std::vector<size_t> RowsWhere(const std::string& condition, const ConditionNames& names,
                              size_t rows, const CellOf& cell_of, double seconds) try {
  const Condition read(condition, names);
  MemoryDatabase db;
  Fill(db, read.Columns(), rows, cell_of);
  const MemoryLimit limit;
  Guard guard(db.getHandle(), seconds);
  try {
    return Select(db, read.Sql());
  } catch (const SQLite::Exception& error) {
    Explain(error, guard);
  }
} catch (const ConditionError& error) {
  throw std::invalid_argument(std::string("--where: ") + error.what());
}

struct RowCondition::Impl {
  Impl(const std::string& condition, const ConditionNames& names) {
    const Condition read(condition, names);
    columns = read.Columns();
    std::string row = "NULL";
    for (const std::string& column : columns) row += ", ? AS " + QuotedName(column);
    try {
      statement.emplace(db, fmt::format("SELECT 1 FROM (SELECT {}) AS {} WHERE (\n{}\n)", row,
                                        kTable, read.Sql()));
    } catch (const SQLite::Exception& error) {
      Explain(error, guard);
    }
    if (statement->getBindParameterCount() == static_cast<int>(columns.size())) return;
    Refuse("a value is expected in the place of a parameter (?)");
  }

  MemoryDatabase db;
  Guard guard{db.getHandle(), kSecondsOfRows};
  std::vector<std::string> columns;
  std::optional<SQLite::Statement> statement;
};

RowCondition::RowCondition(const std::string& condition, const ConditionNames& names)
    : impl_(std::make_unique<Impl>(condition, names)) {}

RowCondition::~RowCondition() = default;

const std::vector<std::string>& RowCondition::columns() const { return impl_->columns; }

bool RowCondition::IsTrue(const std::vector<Cell>& cells) {
  SQLite::Statement& statement = *impl_->statement;
  statement.clearBindings();
  for (size_t i = 0; i < cells.size(); ++i) Bind(statement, i, cells[i]);
  try {
    const bool is_true = statement.executeStep();
    statement.reset();
    return is_true;
  } catch (const SQLite::Exception& error) {
    Explain(error, impl_->guard);
  }
}

}  // namespace lrsweep
