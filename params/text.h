// Small pieces of text that many views need. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lrsweep {

/// "1 trial", "2 trials".
std::string Counted(int64_t count, const std::string& noun);

/// "1.5 GB": three digits, by thousands.
std::string BytesText(double bytes);

/// Returns `text` with A to Z in lower case.
std::string Lower(std::string text);

/// Quotes `word` if necessary, so that a shell reads it as one word.
std::string ShellWord(const std::string& word);

/// As ShellWord, for the name of a file: one that begins with '-' is no option either.
std::string ShellPath(const std::string& path);

/// `text`, or where it is longer than 80 bytes its beginning and four digits that stand for the
/// whole: "[0.1,0.09,0.081...#3fa2".
std::string Abbreviated(const std::string& text);

/// Makes `text` one line without control codes for a terminal: control characters become spaces.
std::string OneLine(const std::string& text);

/// The first line of `text`, as OneLine.
std::string FirstLine(const std::string& text);

/// The first line of an error, as OneLine. Where it only introduces what follows ("...; the end of
/// its output:"), the last line stands behind it: of a Python program's output that is the
/// exception.
std::string ErrorLine(const std::string& error);

/// Escapes `text` for HTML and SVG, between tags and in quoted attributes.
std::string EscapedMarkup(std::string_view text);

}  // namespace lrsweep
