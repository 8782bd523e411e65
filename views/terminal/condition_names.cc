#include "views/terminal/condition_names.h"

#include <algorithm>
#include <cctype>

#include "results/store_filter.h"
#include "trial/metric.h"

namespace lrsweep {
namespace {

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// The end of the quoted text that begins at `begin`, after its closing quote.
size_t EndOfQuoted(const std::string& text, size_t begin) {
  const size_t end = text.find(text[begin], begin + 1);
  return end == std::string::npos ? text.size() : end + 1;
}

/// The end of the word with dots ("optimizer.lr") that begins at `begin`.
size_t EndOfWord(const std::string& text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && (IsWord(text[end]) || text[end] == '.')) ++end;
  return end;
}

/// The end of the parentheses that follow `at`, or `at` where there are none.
size_t EndOfArguments(const std::string& text, size_t at) {
  const size_t open = text.find_first_not_of(" \t\r\n", at);
  if (open == std::string::npos || text[open] != '(') return at;
  const size_t close = text.find(')', open);
  return close == std::string::npos ? at : close + 1;
}

}  // namespace

NamedCondition NameColumns(const std::string& condition,
                           const std::map<std::string, std::string>& name_by_path) {
  NamedCondition named;
  const auto add_path = [&](const std::string& path, const std::string& otherwise) {
    const auto found = name_by_path.find(path);
    named.sql += found == name_by_path.end() ? otherwise : QuotedName(found->second);
  };
  for (size_t at = 0; at < condition.size();) {
    size_t end = at + 1;
    if (condition[at] == '\'' || condition[at] == '"') {
      end = EndOfQuoted(condition, at);
      const std::string quoted = condition.substr(at, end - at);
      const bool may_be_path = condition[at] == '"' && quoted.size() > 2;
      add_path(may_be_path ? quoted.substr(1, quoted.size() - 2) : "", quoted);
    } else if (IsWord(condition[at])) {
      end = EndOfWord(condition, at);
      const std::string word = condition.substr(at, end - at);
      const size_t behind = IsDerivation(word) ? EndOfArguments(condition, end) : end;
      if (behind > end) {
        const std::string metric = ToText(ParseMetric(condition.substr(at, behind - at)));
        if (std::find(named.metrics.begin(), named.metrics.end(), metric) == named.metrics.end()) {
          named.metrics.push_back(metric);
        }
        named.sql += QuotedName(metric);
        end = behind;
      } else {
        add_path(word.find('.') == std::string::npos ? "" : word, word);
      }
    } else {
      named.sql += condition[at];
    }
    at = end;
  }
  return named;
}

}  // namespace lrsweep
