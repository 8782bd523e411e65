#include "views/terminal/style.h"

#include <algorithm>
#include <cstdlib>

#include "params/utf8.h"
#include "views/terminal/terminal.h"

namespace lrsweep {
namespace {

/// ECMA-48's "select graphic rendition". Red and green are readable with every palette.
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
  return columns <= 0 ? line : Shortened(line, static_cast<size_t>(columns));
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

}  // namespace lrsweep
