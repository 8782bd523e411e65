#include "views/terminal/style.h"

#include <algorithm>
#include <cstdlib>

#include "views/terminal/terminal.h"

namespace lrsweep {
namespace {

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// ECMA-48's "select graphic rendition"; of the colours only two that every palette tells apart
/// from the text.
const char* CodeOf(Tone tone) {
  switch (tone) {
    case Tone::kHeading:
      return "\x1b[1m";
    case Tone::kBest:
      return "\x1b[32m";
    case Tone::kBad:
      return "\x1b[31m";
    case Tone::kDim:
      return "\x1b[2m";
    case Tone::kPlain:
      break;
  }
  return "";
}

}  // namespace

std::string Style::Paint(Tone tone, const std::string& text) const {
  if (!colour || tone == Tone::kPlain || text.empty()) return text;
  return CodeOf(tone) + text + "\x1b[0m";
}

std::string Style::Fit(const std::string& line) const {
  if (columns <= 0 || Width(line) <= static_cast<size_t>(columns)) return line;
  size_t end = 0;
  for (int kept = 0; end < line.size(); ++end) {
    if (!ContinuesCharacter(line[end]) && ++kept == columns) break;
  }
  return line.substr(0, end) + "…";
}

Style Style::Narrower(int by) const {
  return {.columns = columns > 0 ? std::max(columns - by, 1) : 0, .colour = colour};
}

Style StyleFor(std::FILE* out) {
  const auto terminal = FindTerminal(out);
  if (!terminal) return {};
  const char* no_color = std::getenv("NO_COLOR");
  return {.columns = terminal->columns, .colour = no_color == nullptr || *no_color == '\0'};
}

size_t Width(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !ContinuesCharacter(c); }));
}

}  // namespace lrsweep
