// Curves in braille characters, for a terminal.
#pragma once

#include <string>
#include <vector>

namespace lrsweep {

/// Draws the curve in `rows` lines of `columns` braille characters, two by four dots each, from the
/// smallest value at the bottom to the largest at the top; where several values share a dot's
/// column, a line from their least to their greatest is drawn. Lines end with a newline.
std::string DrawText(const std::vector<double>& values, int columns, int rows);

}  // namespace lrsweep
