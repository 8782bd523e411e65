// Curves as pictures: in characters for a terminal, in SVG for a page.
#pragma once

#include <string>
#include <vector>

namespace lrsweep {

/// Values at equal distances from the beginning of training.
struct Curve {
  std::string label;
  std::vector<double> values;
  double values_per_epoch = 1;
};

/// Draws the curve in `rows` lines of `columns` braille characters, two by four dots each, from the
/// smallest value at the bottom to the largest at the top; where several steps share a dot's
/// column, all between their least and greatest is drawn. Lines end with a newline.
std::string DrawText(const std::vector<double>& values, int columns, int rows);

struct SvgOptions {
  std::string title;
  std::string y_label = "learning rate";
  int width = 960;  // pixels
  int height = 480;
};

/// One chart of all curves over epochs, with axes and a legend, colours that colour-blind people
/// can tell apart, dashes once they repeat. Text from labels is escaped. Needs at least one curve
/// with a value.
std::string DrawSvg(const std::vector<Curve>& curves, const SvgOptions& options);

}  // namespace lrsweep
