// Explains what is no YAML. yaml-cpp says what its parser missed ("end of map not found"); this
// says which mistake of the writer that is, at its own place.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "params/errors.h"

namespace lrsweep {

/// A parser's complaint: its words and its place, both counted from 1.
struct YamlComplaint {
  std::string words;
  int line = 1;
  int column = 1;
};

/// The error that says what is wrong in `text` and what to do. A complaint that it does not know is
/// passed on in its words.
ConfigError ExplainYaml(const std::string& text, const std::string& file,
                        const YamlComplaint& complaint);

/// The error of a second document, which begins at the place: after --- it is one, without it is a
/// line that belongs to nothing.
ConfigError ExplainSecondDocument(const std::string& text, const Location& begin);

inline constexpr const char* kUnclosedQuote = "this quote is never closed";

/// Whether the quoted text that begins at the place has no closing quote. yaml-cpp ends it with the
/// file.
bool IsUnclosedQuote(const std::string& text, const Location& begin);

/// "write a space behind the colon, epochs: 5" for "epochs:5"; empty where that is not the mistake.
std::string MissingSpaceHint(const std::string& key);

}  // namespace lrsweep
