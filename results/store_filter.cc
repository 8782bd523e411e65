#include "results/store_filter.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <stdexcept>
#include <string_view>

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLongestCondition = 10'000;
constexpr int kOperationsBetweenLooks = 10'000;
constexpr const char* kTable = "trials";

struct Close {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

[[noreturn]] void Refuse(const std::string& why) { throw std::invalid_argument("--where: " + why); }

/// Functions that compute a value from values, and nothing else.
bool IsHarmless(std::string_view function) {
  static const std::set<std::string_view> kKnown = {
      "abs",    "avg",       "coalesce", "count", "glob", "ifnull", "iif",   "instr", "length",
      "like",   "lower",     "ltrim",    "max",   "min",  "nullif", "round", "rtrim", "sign",
      "substr", "substring", "sum",      "total", "trim", "typeof", "upper"};
  return kKnown.contains(function);
}

/// What is read while a condition is prepared and run.
struct Reading {
  std::set<std::string, std::less<>> columns;
  std::string refused;
  Clock::time_point until;
};

int Authorize(void* context, int action, const char* first, const char* second, const char*,
              const char*) {
  auto& reading = *static_cast<Reading*>(context);
  const std::string_view one = first != nullptr ? first : "";
  const std::string_view two = second != nullptr ? second : "";
  if (action == SQLITE_SELECT) return SQLITE_OK;
  if (action == SQLITE_READ && one == kTable) {
    reading.columns.emplace(two);
    return SQLITE_OK;
  }
  if (action == SQLITE_FUNCTION && IsHarmless(two)) return SQLITE_OK;
  if (action == SQLITE_FUNCTION) {
    reading.refused = fmt::format("the function {} is not for conditions", two);
  } else {
    reading.refused = "a condition reads columns, and does nothing else";
  }
  return SQLITE_DENY;
}

int IsOver(void* context) { return Clock::now() > static_cast<Reading*>(context)->until ? 1 : 0; }

void Execute(sqlite3* db, const std::string& sql) {
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return;
  throw std::logic_error(sql + ": " + sqlite3_errmsg(db));
}

Database OpenMemory() {
  sqlite3* db = nullptr;
  const int status = sqlite3_open_v2(
      ":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, nullptr);
  Database owned(db);
  if (status != SQLITE_OK) throw std::bad_alloc();
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 1, nullptr);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1'000'000);
  sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 200);
  sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1'000);
  return owned;
}

/// Refuses what is not one expression by itself: what would end the parentheses around it, or begin
/// something else.
void CheckIsOneExpression(const std::string& condition) {
  if (condition.size() > kLongestCondition) {
    Refuse(fmt::format("longer than {} characters", kLongestCondition));
  }
  if (condition.find_first_not_of(" \t\r\n") == std::string::npos) Refuse("it is empty");
  int depth = 0;
  char quote = 0;
  for (size_t i = 0; i < condition.size(); ++i) {
    const char c = condition[i];
    if (quote != 0) {
      if (c == quote) quote = 0;  // a doubled one opens again
      continue;
    }
    const std::string_view two = std::string_view(condition).substr(i, 2);
    if (c == '\'' || c == '"' || c == '`') quote = c;
    if (c == '[') quote = ']';
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (depth < 0) Refuse("a ) without its (");
    if (c == ';' || two == "--" || two == "/*" || c == '\0') {
      Refuse("one condition is expected, without ; or comments");
    }
  }
  if (quote != 0) Refuse(fmt::format("a quote {} that does not end", quote));
  if (depth > 0) Refuse("a ( without its )");
}

/// The query under an authorizer that lets it read the table.
Statement Prepare(sqlite3* db, const std::string& condition, Reading& reading) {
  sqlite3_set_authorizer(db, Authorize, &reading);
  sqlite3_progress_handler(db, kOperationsBetweenLooks, IsOver, &reading);
  const std::string sql = fmt::format("SELECT rowid FROM {} WHERE (\n{}\n)", kTable, condition);
  sqlite3_stmt* statement = nullptr;
  const int status = sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr);
  Statement owned(statement);
  if (status == SQLITE_OK && sqlite3_bind_parameter_count(statement) > 0) {
    Refuse("a value is expected in the place of a parameter (?)");
  }
  if (status == SQLITE_OK) return owned;
  Refuse(reading.refused.empty() ? sqlite3_errmsg(db) : reading.refused);
}

void Bind(sqlite3_stmt* statement, int at, const Cell& cell) {
  if (const auto* integer = std::get_if<int64_t>(&cell)) {
    sqlite3_bind_int64(statement, at, *integer);
  } else if (const auto* real = std::get_if<double>(&cell)) {
    sqlite3_bind_double(statement, at, *real);
  } else if (const auto* text = std::get_if<std::string>(&cell)) {
    sqlite3_bind_text(statement, at, text->data(), static_cast<int>(text->size()),
                      SQLITE_TRANSIENT);
  } else {
    sqlite3_bind_null(statement, at);
  }
}

/// Puts the rows into the table: the columns that are `used`, rowids from 1.
void Fill(sqlite3* db, const std::vector<std::string>& columns, const std::vector<size_t>& used,
          size_t rows, const CellsOf& cells_of) {
  std::string names = "rowid";
  std::string places = "?";
  for (const size_t column : used) {
    names += ", " + QuotedName(columns[column]);
    places += ", ?";
  }
  const std::string sql = fmt::format("INSERT INTO {} ({}) VALUES ({})", kTable, names, places);
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(db, sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) {
    throw std::logic_error(sql + ": " + sqlite3_errmsg(db));
  }
  const Statement insert(prepared);
  Execute(db, "BEGIN");
  for (size_t row = 0; row < rows; ++row) {
    const std::vector<Cell> cells = cells_of(row, used);
    sqlite3_bind_int64(prepared, 1, static_cast<int64_t>(row) + 1);
    for (size_t i = 0; i < used.size(); ++i) Bind(prepared, static_cast<int>(i) + 2, cells.at(i));
    if (sqlite3_step(prepared) != SQLITE_DONE) throw std::logic_error(sqlite3_errmsg(db));
    sqlite3_reset(prepared);
  }
  Execute(db, "COMMIT");
}

std::vector<size_t> Run(sqlite3* db, sqlite3_stmt* query) {
  std::vector<size_t> found;
  int status = sqlite3_step(query);
  for (; status == SQLITE_ROW; status = sqlite3_step(query)) {
    found.push_back(static_cast<size_t>(sqlite3_column_int64(query, 0)) - 1);
  }
  if (status == SQLITE_INTERRUPT) Refuse("it takes too long");
  if (status != SQLITE_DONE) Refuse(sqlite3_errmsg(db));
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

std::string QuotedName(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::vector<size_t> RowsWhere(const std::string& condition, const std::vector<std::string>& columns,
                              size_t rows, const CellsOf& cells_of, double seconds) {
  CheckIsOneExpression(condition);
  const Database db = OpenMemory();
  std::string names;
  for (const std::string& column : columns) {
    names += (names.empty() ? "" : ", ") + QuotedName(column);
  }
  Execute(db.get(), fmt::format("CREATE TABLE {} ({})", kTable, names));

  const auto time =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  Reading reading;
  reading.until = Clock::now() + time;
  Prepare(db.get(), condition, reading);  // for the columns that it names
  sqlite3_set_authorizer(db.get(), nullptr, nullptr);
  sqlite3_progress_handler(db.get(), 0, nullptr, nullptr);
  std::vector<size_t> used;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (reading.columns.contains(columns[i])) used.push_back(i);
  }
  Fill(db.get(), columns, used, rows, cells_of);
  Execute(db.get(), "PRAGMA query_only = ON");
  reading.until = Clock::now() + time;
  const Statement query = Prepare(db.get(), condition, reading);
  return Run(db.get(), query.get());
}

}  // namespace lrsweep
