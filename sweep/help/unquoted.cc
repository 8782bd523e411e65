#include "sweep/help/unquoted.h"

#include <cstdlib>

namespace lrsweep {

std::string Unquoted(std::string_view typed) {
  std::string word;
  if (typed.starts_with("~/")) {
    const char* home = std::getenv("HOME");
    if (home != nullptr) {
      word = home;
      typed.remove_prefix(1);
    }
  }
  char quote = 0;  // the one that is open
  for (size_t i = 0; i < typed.size(); ++i) {
    const char c = typed[i];
    if (c == '\\' && quote != '\'' && i + 1 < typed.size()) {
      word += typed[++i];
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      word += c;
    }
  }
  return word;
}

}  // namespace lrsweep
