// How what people read looks: colours where a terminal is at the other end, and its width.
#pragma once

#include <cstdio>
#include <string>

namespace lrsweep {

/// What a colour means; there are no others.
enum class Tone {
  kPlain,
  kHeading,  // names what stands below or beside it
  kBest,     // the first place; what agrees
  kBad,      // failed, diverged; what differs
  kDim,      // of less interest
};

struct Style {
  int columns = 0;  // of the terminal; 0: a file or a pipe, where lines may be as long as they are
  bool colour = false;

  /// `text` as it is, or between the terminal's codes for the tone.
  std::string Paint(Tone tone, const std::string& text) const;

  /// A line without its newline, cut to the terminal's width, with an ellipsis where it is. It
  /// must hold no codes.
  std::string Fit(const std::string& line) const;

  /// For text that is then indented by so many columns.
  Style Narrower(int by) const;
};

/// The style for what is written to `out`: that of a terminal, else plain. No colour where the
/// environment's NO_COLOR is not empty (no-color.org); plain where TERM is "dumb" or unset.
Style StyleFor(std::FILE* out);

/// Code points of UTF-8 in `text`: the columns that it takes, for texts of narrow characters.
size_t Width(const std::string& text);

}  // namespace lrsweep
