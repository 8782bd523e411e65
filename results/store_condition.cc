#include "results/store_condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "params/text.h"
#include "trial/metric_expression.h"

namespace lrsweep {
namespace {

constexpr size_t kLongestCondition = 10'000;

[[noreturn]] void Refuse(const std::string& why) { throw ConditionError(why); }

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

}  // namespace

std::string QuotedName(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

Condition::Condition(const std::string& text, const ConditionNames& names)
    : text_(text), names_(names) {
  if (text.size() > kLongestCondition) {
    Refuse(fmt::format("longer than {} characters", kLongestCondition));
  }
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) Refuse("it is empty");
  for (size_t at = 0; at < text.size();) at = Read(at);
  if (depth_ > 0) Refuse("a ( without its )");
}

/// The columns that it names.
std::vector<std::string> Condition::Columns() const {
  std::vector<std::string> columns(metrics_.begin(), metrics_.end());
  for (const std::string& column : names_.columns) {
    if (words_.contains(Lower(column))) columns.push_back(column);
  }
  return columns;
}

/// Reads the quoted text, word or character at `at`; returns where the next one begins.
size_t Condition::Read(size_t at) {
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

size_t Condition::ReadQuoted(size_t at) {
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

size_t Condition::ReadWord(size_t at) {
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
const std::string* Condition::OddColumnAt(size_t at) const {
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
const std::string* Condition::DottedColumn(const std::string& word) const {
  if (word.find('.') == std::string::npos) return nullptr;
  const auto found = std::find_if(
      names_.columns.begin(), names_.columns.end(),
      [lower = Lower(word)](const std::string& column) { return Lower(column) == lower; });
  return found == names_.columns.end() ? nullptr : &*found;
}

void Condition::AddColumn(const std::string& column) {
  words_.insert(Lower(column));
  sql_ += QuotedName(column);
}

/// SQL would take "schedulers.0.gama" in double quotes for a text.
void Condition::RefuseMisspeltMember(const std::string& name) const {
  const size_t dot = name.find('.');
  if (dot == std::string::npos || names_.column_by_path.contains(name)) return;
  const std::string prefix = name.substr(0, dot + 1);
  const bool is_member =
      std::any_of(names_.columns.begin(), names_.columns.end(),
                  [&prefix](const std::string& column) { return column.starts_with(prefix); });
  if (is_member) Refuse("no such column: " + name);
}

/// SQL would say "syntax error" of a misspelt "schedulers.0.gama".
void Condition::RefuseDotBeforeDigit(const std::string& word) const {
  if (std::isdigit(static_cast<unsigned char>(word.front())) != 0) return;  // a number
  if (names_.column_by_path.contains(word)) return;
  for (size_t dot = word.find('.'); dot != std::string::npos; dot = word.find('.', dot + 1)) {
    const bool digit_follows =
        dot + 1 < word.size() && std::isdigit(static_cast<unsigned char>(word[dot + 1])) != 0;
    if (digit_follows) Refuse("no such column: " + word);
  }
}

void Condition::AddName(const std::string& name, const std::string& otherwise) {
  const auto path = names_.column_by_path.find(name);
  const bool is_path = path != names_.column_by_path.end();
  // Of "a.value", where the condition calls the table "a", the column is the last word.
  words_.insert(Lower(is_path ? path->second : name.substr(name.rfind('.') + 1)));
  sql_ += is_path ? QuotedName(path->second) : otherwise;
}

}  // namespace lrsweep
