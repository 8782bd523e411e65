// Colours and line width of text for people, where it goes to a terminal.
#pragma once

#include <cstdio>
#include <string>

namespace lrsweep {

/// The meanings that have a colour.
enum class Tone {
  kPlain,
  kHeading,  // the heading of a column, a section
  kBest,     // the first place; what agrees
  kBad,      // failed, diverged; what differs
  kDim,      // of less interest
};

struct Style {
  int columns = 0;  // of the terminal; 0: a file or a pipe, where lines are not cut
  bool colour = false;

  /// `text` between the terminal's codes for the tone; unchanged without colour.
  std::string Paint(Tone tone, const std::string& text) const;

  /// A line cut to the terminal's width, with an ellipsis where it was cut. It must have no newline
  /// and no colour codes.
  std::string Fit(const std::string& line) const;

  /// The style for text that is then indented by so many columns.
  Style Narrower(int by) const;
};

/// The style for text that goes to `out`: plain unless that is a terminal. No colour where the
/// environment's NO_COLOR is not empty (no-color.org); plain where TERM is "dumb" or unset.
Style StyleFor(std::FILE* out);

}  // namespace lrsweep
