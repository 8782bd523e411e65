// Charts of curves in characters, for a terminal.
#pragma once

#include <string>
#include <vector>

#include "views/terminal/style.h"

namespace lrsweep {

/// Values at equal distances over training, from `first` to `last`, in epochs.
struct PlotCurve {
  char letter = 'A';  // its mark where there are several curves
  std::vector<double> values;
  double first = 1;
  double last = 1;
};

struct Plot {
  std::string title;
  std::vector<PlotCurve> curves;
  bool log_axis = false;  // used where all values are above 0
  int columns = 72;       // with the axis; at least 30
  int rows = 6;
};

/// The title with the least and the greatest value, the frame, the curves, and the epochs below:
/// lines with a newline each. One curve is drawn in braille dots (DrawText), several by their
/// letters, with '*' where they meet. A curve ends before its first value that is NaN or infinite,
/// and the title says so. Empty where there is no value at all.
std::string DrawPlot(const Plot& plot, const Style& style);

/// Two texts of lines side by side, the right one from column `at` on. Colour codes have no width.
std::string SideBySide(const std::string& left, const std::string& right, int at);

}  // namespace lrsweep
