// A condition of a user's, turned into SQL.
#pragma once

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "results/store_filter.h"

namespace lrsweep {

/// What is wrong with a condition.
struct ConditionError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// The name in double quotes, as SQL takes any name.
std::string QuotedName(const std::string& name);

/// Turns a condition into SQL: paths and derived metrics become names of columns. Refuses what is
/// not one expression, since SQL in parentheses could close them.
class Condition {
 public:
  /// `names` must outlive the condition. Throws ConditionError, and std::invalid_argument for a
  /// derived metric that is none.
  Condition(const std::string& text, const ConditionNames& names);

  const std::string& Sql() const { return sql_; }

  /// The columns that it names.
  std::vector<std::string> Columns() const;

 private:
  size_t Read(size_t at);
  size_t ReadQuoted(size_t at);
  size_t ReadWord(size_t at);
  const std::string* OddColumnAt(size_t at) const;
  const std::string* DottedColumn(const std::string& word) const;
  void AddColumn(const std::string& column);
  void RefuseMisspeltMember(const std::string& name) const;
  void RefuseDotBeforeDigit(const std::string& word) const;
  void AddName(const std::string& name, const std::string& otherwise);

  const std::string& text_;
  const ConditionNames& names_;
  std::string sql_;
  int depth_ = 0;
  std::set<std::string> words_;  // in lower case: SQL's names have no case
  std::set<std::string> metrics_;
};

}  // namespace lrsweep
