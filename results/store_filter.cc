#include "results/store_filter.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <set>
#include <stdexcept>
#include <string_view>

#include "params/text.h"
#include "results/store_impl.h"
#include "trial/metric_expression.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kLongestCondition = 10'000;
constexpr int64_t kMostBytes = 64 << 20;  // beside what SQLite has taken already
constexpr int kOperationsBetweenChecks = 10'000;
constexpr const char* kTable = "trials";

[[noreturn]] void Refuse(const std::string& why) { throw std::invalid_argument("--where: " + why); }

std::string QuotedName(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

/// Turns a condition into SQL: paths and derived metrics become names of columns. Refuses what is
/// not one expression, since SQL in parentheses could close them.
class Condition {
 public:
  Condition(const std::string& text, const ConditionNames& names) : text_(text), names_(names) {
    if (text.size() > kLongestCondition) {
      Refuse(fmt::format("longer than {} characters", kLongestCondition));
    }
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) Refuse("it is empty");
    for (size_t at = 0; at < text.size();) at = Read(at);
    if (depth_ > 0) Refuse("a ( without its )");
  }

  const std::string& Sql() const { return sql_; }

  /// The columns that it names.
  std::vector<std::string> Columns() const {
    std::vector<std::string> columns(metrics_.begin(), metrics_.end());
    for (const std::string& column : names_.columns) {
      if (words_.contains(Lower(column))) columns.push_back(column);
    }
    return columns;
  }

 private:
  /// Reads the quoted text, word or character at `at`; returns where the next one begins.
  size_t Read(size_t at) {
    const char c = text_[at];
    if (c == '\'' || c == '"' || c == '`' || c == '[') return ReadQuoted(at);
    if (IsWord(c)) return ReadWord(at);
    depth_ += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (depth_ < 0) Refuse("a ) without its (");
    const std::string two = text_.substr(at, 2);
    if (c == ';' || c == '\0' || two == "--" || two == "/*") {
      Refuse("one condition is expected, without ; or comments");
    }
    sql_ += c;
    return at + 1;
  }

  size_t ReadQuoted(size_t at) {
    const char quote = text_[at];
    const size_t end = text_.find(quote == '[' ? ']' : quote, at + 1);
    if (end == std::string::npos) Refuse(fmt::format("a quote {} that does not end", quote));
    const std::string inside = text_.substr(at + 1, end - at - 1);
    if (const std::string* column = quote == '\'' ? nullptr : DottedColumn(inside)) {
      AddColumn(*column);
    } else {
      if (quote == '"') RefuseMisspeltMember(inside);
      AddName(quote == '\'' ? "" : inside, text_.substr(at, end + 1 - at));
    }
    return end + 1;
  }

  size_t ReadWord(size_t at) {
    if (const std::string* column = OddColumnAt(at)) {
      AddColumn(*column);
      return at + column->size();
    }
    size_t end = at;
    while (end < text_.size() && (IsWord(text_[end]) || text_[end] == '.')) ++end;
    const std::string word = text_.substr(at, end - at);
    const size_t open = text_.find_first_not_of(" \t\r\n", end);
    if (IsDerivation(word) && open != std::string::npos && text_[open] == '(') {
      end = std::min(text_.find(')', open), text_.size() - 1) + 1;
      const std::string metric = ToText(ParseMetric(text_.substr(at, end - at), names_.metrics));
      metrics_.insert(metric);
      sql_ += QuotedName(metric);
    } else if (const std::string* column = DottedColumn(word)) {
      AddColumn(*column);
    } else {
      RefuseDotBeforeDigit(word);
      AddName(word, word);
    }
    return end;
  }

  /// The longest column at `at` whose name has characters that SQL would take for operators:
  /// "val/top-5".
  const std::string* OddColumnAt(size_t at) const {
    const std::string* longest = nullptr;
    for (const std::string& column : names_.columns) {
      const size_t end = at + column.size();
      const bool is_odd = column.find_first_of("/-") != std::string::npos;
      if (!is_odd || Lower(text_.substr(at, column.size())) != Lower(column)) continue;
      if (end < text_.size() && (IsWord(text_[end]) || text_[end] == '.')) continue;
      if (longest == nullptr || column.size() > longest->size()) longest = &column;
    }
    return longest;
  }

  /// The column that the word names and that SQL takes in quotes only: "schedulers.0.gamma".
  const std::string* DottedColumn(const std::string& word) const {
    if (word.find('.') == std::string::npos) return nullptr;
    const auto found = std::find_if(
        names_.columns.begin(), names_.columns.end(),
        [lower = Lower(word)](const std::string& column) { return Lower(column) == lower; });
    return found == names_.columns.end() ? nullptr : &*found;
  }

  void AddColumn(const std::string& column) {
    words_.insert(Lower(column));
    sql_ += QuotedName(column);
  }

  /// SQL would take "schedulers.0.gama" in double quotes for a text.
  void RefuseMisspeltMember(const std::string& name) const {
    const size_t dot = name.find('.');
    if (dot == std::string::npos || names_.column_by_path.contains(name)) return;
    const std::string prefix = name.substr(0, dot + 1);
    const bool is_member =
        std::any_of(names_.columns.begin(), names_.columns.end(),
                    [&prefix](const std::string& column) { return column.starts_with(prefix); });
    if (is_member) Refuse("no such column: " + name);
  }

  /// SQL would say "syntax error" of a misspelt "schedulers.0.gama".
  void RefuseDotBeforeDigit(const std::string& word) const {
    if (std::isdigit(static_cast<unsigned char>(word.front())) != 0) return;  // a number
    if (names_.column_by_path.contains(word)) return;
    for (size_t dot = word.find('.'); dot != std::string::npos; dot = word.find('.', dot + 1)) {
      const bool digit_follows =
          dot + 1 < word.size() && std::isdigit(static_cast<unsigned char>(word[dot + 1])) != 0;
      if (digit_follows) Refuse("no such column: " + word);
    }
  }

  void AddName(const std::string& name, const std::string& otherwise) {
    const auto path = names_.column_by_path.find(name);
    const bool is_path = path != names_.column_by_path.end();
    // Of "a.value", where the condition calls the table "a", the column is the last word.
    words_.insert(Lower(is_path ? path->second : name.substr(name.rfind('.') + 1)));
    sql_ += is_path ? QuotedName(path->second) : otherwise;
  }

  static bool IsWord(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  }

  const std::string& text_;
  const ConditionNames& names_;
  std::string sql_;
  int depth_ = 0;
  std::set<std::string> words_;  // in lower case: SQL's names have no case
  std::set<std::string> metrics_;
};

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
  ~Guard() { sqlite3_hard_heap_limit64(heap_limit); }
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
  // The limit before this one, which is the process's.
  int64_t heap_limit = sqlite3_hard_heap_limit64(sqlite3_memory_used() + kMostBytes);
};

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
    for (size_t i = 0; i < columns.size(); ++i) {
      const int index = static_cast<int>(i) + 1;
      const Cell cell = cell_of(row, columns[i]);
      if (const auto* integer = std::get_if<int64_t>(&cell)) insert.bind(index, *integer);
      if (const auto* real = std::get_if<double>(&cell)) insert.bind(index, *real);
      if (const auto* text = std::get_if<std::string>(&cell)) insert.bind(index, *text);
    }
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

}  // namespace

std::vector<size_t> RowsWhere(const std::string& condition, const ConditionNames& names,
                              size_t rows, const CellOf& cell_of, double seconds) {
  const Condition read(condition, names);
  SQLite::Database db(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_MEMORY);
  sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_DQS_DML, 1, nullptr);
  Fill(db, read.Columns(), rows, cell_of);
  Guard guard(db.getHandle(), seconds);
  try {
    return Select(db, read.Sql());
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() == SQLITE_INTERRUPT) Refuse("it takes too long");
    if (error.getErrorCode() == SQLITE_NOMEM) Refuse("it needs too much memory");
    Refuse(guard.refused.empty() ? error.what() : guard.refused);
  }
}

}  // namespace lrsweep
