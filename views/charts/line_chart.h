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
  bool marks = false;              // points with intervals as bars; else a curve within a band
  bool faint = false;              // thin, grey, behind the others and not in the legend
  double shift = 0;  // of marks, in pixels to the right, so that series do not overlap
};

struct ChartAxis {
  std::string label;               // with the unit
  bool logarithmic = false;        // leaves out values that are not above 0
  bool whole = false;              // ticks at whole numbers only
  std::optional<double> low = {};  // where the axis begins and ends; not given: at the data's ends
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

/// Throws std::invalid_argument where no point can be drawn. Long curves are thinned (thinning.h).
std::string DrawSvg(const LineChart& chart);

}  // namespace lrsweep
