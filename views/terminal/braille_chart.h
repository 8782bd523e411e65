// Curves as pictures in characters, for a terminal. line_chart.h and dot_chart.h draw for a page.
#pragma once

#include <string>
#include <vector>

namespace lrsweep {

/// Draws the curve in `rows` lines of `columns` braille characters, two by four dots each, from the
/// smallest value at the bottom to the largest at the top; where several steps share a dot's
/// column, all between their least and greatest is drawn. Lines end with a newline.
std::string DrawText(const std::vector<double>& values, int columns, int rows);

}  // namespace lrsweep
