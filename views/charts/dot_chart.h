// Charts of values with their intervals, a row each, as SVG.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/summary.h"

namespace lrsweep {

struct DotRow {
  std::string label;
  Summary summary;                  // the dot is its mean, the bar its 95% interval
  std::vector<double> values = {};  // what was summarized: faint dots
  std::string remark = {};          // beside the sample size: "1 diverged"
};

struct DotChart {
  std::string title;
  std::string subtitle;
  std::string axis;          // the values' name and unit
  bool whole = false;        // ticks at whole numbers only
  std::vector<DotRow> rows;  // from the top
  std::string note = {};     // at the bottom: what is left out
  int width = 960;           // pixels
};

/// Needs at least one row, else std::invalid_argument.
std::string DrawSvg(const DotChart& chart);

}  // namespace lrsweep
