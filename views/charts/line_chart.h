// Charts of curves and of points over two axes, as SVG.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/summary.h"

namespace lrsweep {

struct ChartPoint {
  double x = 0;
  double y = 0;  // NaN: a gap in the curve
  std::optional<Interval> interval = {};
};

struct ChartSeries {
  std::string label = {};          // in the legend
  std::vector<ChartPoint> points;  // of a curve by x
  bool marks = false;              // points, their intervals as bars; else a curve within a band
  bool faint = false;              // thin, grey, behind the others and not in the legend
  double shift = 0;                // of marks, in pixels to the right: beside those of other series
};

struct ChartAxis {
  std::string label;               // with the unit
  bool logarithmic = false;        // values that are not above 0 are left out
  bool whole = false;              // marked at whole numbers only
  std::optional<double> low = {};  // where the axis begins and ends; else at what there is
  std::optional<double> high = {};
};

struct LineChart {
  std::string title;
  std::string subtitle;  // what is drawn, of how many
  ChartAxis x, y;
  std::vector<ChartSeries> series;
  std::string note = {};          // under the legend: what is left out
  int width = 960, height = 480;  // pixels, without the legend
};

/// Needs at least one point that can be drawn, else std::invalid_argument. Long curves are thinned
/// to what pixels can show.
std::string DrawSvg(const LineChart& chart);

}  // namespace lrsweep
