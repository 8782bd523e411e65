// Small pieces of text that many views need. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lrsweep {

/// "1 trial", "2 trials".
std::string Counted(int64_t count, const std::string& noun);

/// With small letters for A to Z.
std::string Lower(std::string text);

/// `word` as a shell takes it for one word.
std::string ShellWord(const std::string& word);

/// `text` on one line that cannot steer a terminal: control characters become spaces.
std::string OneLine(const std::string& text);

/// The first line of `text`, as OneLine.
std::string FirstLine(const std::string& text);

/// `text` for HTML and SVG: shown as it is written, between tags and in quoted attributes.
std::string EscapedMarkup(std::string_view text);

}  // namespace lrsweep
