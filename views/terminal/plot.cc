#include "views/terminal/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "params/utf8.h"
#include "views/terminal/braille_chart.h"

namespace lrsweep {
namespace {

constexpr int kLabelColumns = 9;  // of the y axis, " ┤" not counted
constexpr int kFrameColumns = kLabelColumns + 2;

std::string AxisNumber(double number) { return fmt::format("{:.4g}", number); }

/// The ranges of both axes, over all values that are drawn.
struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  double first = low;
  double last = high;
  bool log = false;

  bool empty() const { return low > high; }

  /// From 0 at the bottom to 1 at the top.
  double ShareOf(double value) const {
    if (high == low) return 0.5;
    if (log) return std::log(value / low) / std::log(high / low);
    return (value - low) / (high - low);
  }
};

/// Cuts a curve before its first value that is NaN or infinite. Returns whether there was one.
bool CutDivergence(PlotCurve& curve) {
  const auto end = std::find_if(curve.values.begin(), curve.values.end(),
                                [](double value) { return !std::isfinite(value); });
  if (end == curve.values.end()) return false;
  const auto kept = static_cast<size_t>(end - curve.values.begin());
  const double step = curve.values.size() > 1 ? (curve.last - curve.first) /
                                                    static_cast<double>(curve.values.size() - 1)
                                              : 0;
  curve.last = curve.first + step * static_cast<double>(std::max(kept, size_t{1}) - 1);
  curve.values.resize(kept);
  return true;
}

Extent ExtentOf(const Plot& plot) {
  Extent extent;
  for (const PlotCurve& curve : plot.curves) {
    if (curve.values.empty()) continue;
    const auto [low, high] = std::minmax_element(curve.values.begin(), curve.values.end());
    extent.low = std::min(extent.low, *low);
    extent.high = std::max(extent.high, *high);
    extent.first = std::min(extent.first, curve.first);
    extent.last = std::max(extent.last, curve.last);
  }
  extent.log = plot.log_axis && extent.low > 0;
  return extent;
}

/// The curve's value at `epoch`, on the straight line between its neighbours.
double ValueAt(const PlotCurve& curve, double epoch) {
  const auto most = static_cast<double>(curve.values.size() - 1);
  const double span = curve.last - curve.first;
  const double at = span > 0 ? std::clamp((epoch - curve.first) / span * most, 0.0, most) : 0;
  const auto before = static_cast<size_t>(at);
  const size_t after = std::min(before + 1, curve.values.size() - 1);
  const double share = at - static_cast<double>(before);
  return (1 - share) * curve.values[before] + share * curve.values[after];
}

/// One curve, over the whole width.
std::vector<std::string> DrawAlone(const PlotCurve& curve, const Extent& extent, int columns,
                                   int rows) {
  std::vector<double> shares;
  const int dots = 2 * columns;
  if (curve.values.size() < static_cast<size_t>(dots)) {  // straight lines between few values
    for (int x = 0; x < dots; ++x) {
      const double epoch = curve.first + (curve.last - curve.first) * x / (dots - 1);
      shares.push_back(extent.ShareOf(ValueAt(curve, epoch)));
    }
  } else {
    for (const double value : curve.values) shares.push_back(extent.ShareOf(value));
  }
  std::istringstream text(DrawText(shares, columns, rows));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> DrawTogether(const std::vector<PlotCurve>& curves, const Extent& extent,
                                      int columns, int rows) {
  std::vector<std::string> lines(static_cast<size_t>(rows),
                                 std::string(static_cast<size_t>(columns), ' '));
  const double span = extent.last - extent.first;
  const double column_span = span / std::max(columns - 1, 1);
  for (const PlotCurve& curve : curves) {
    if (curve.values.empty()) continue;
    for (int x = 0; x < columns; ++x) {
      const double epoch = extent.first + column_span * x;
      // Half a column beyond its ends a curve still has its last value.
      if (epoch < curve.first - column_span / 2 || epoch > curve.last + column_span / 2) continue;
      const double share = extent.ShareOf(ValueAt(curve, epoch));
      const auto up = static_cast<size_t>(std::lround(share * (rows - 1)));
      char& cell = lines[lines.size() - 1 - up][static_cast<size_t>(x)];
      cell = cell == ' ' ? curve.letter : '*';
    }
  }
  return lines;
}

/// The axis below: a mark at each end, and the epochs under them.
std::string EpochAxis(const Extent& extent, int columns) {
  std::string axis = std::string(kLabelColumns + 1, ' ') + "└";
  for (int x = 0; x < columns; ++x) axis += x == 0 || x == columns - 1 ? "┬" : "─";
  const std::string left = "epoch " + AxisNumber(extent.first);
  const std::string right = AxisNumber(extent.last);
  const int gap = columns - static_cast<int>(left.size() + right.size());
  std::string labels = std::string(kFrameColumns, ' ') + left;
  if (extent.last > extent.first) labels += std::string(std::max(gap, 1), ' ') + right;
  return axis + '\n' + labels + '\n';
}

size_t VisibleWidth(const std::string& line) {
  std::string plain;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      i = std::min(line.find('m', i), line.size());
    } else {
      plain += line[i];
    }
  }
  return CountCharacters(plain);
}

}  // namespace

std::string DrawPlot(const Plot& plot, const Style& style) {
  Plot drawn = plot;
  bool cut = false;
  for (PlotCurve& curve : drawn.curves) cut |= CutDivergence(curve);
  const Extent extent = ExtentOf(drawn);
  if (extent.empty()) return "";
  const int columns = std::max(plot.columns, 30) - kFrameColumns;
  const std::vector<std::string> lines =
      drawn.curves.size() == 1 ? DrawAlone(drawn.curves[0], extent, columns, plot.rows)
                               : DrawTogether(drawn.curves, extent, columns, plot.rows);
  std::string range = AxisNumber(extent.low) + " to " + AxisNumber(extent.high);
  if (extent.low == extent.high) range = AxisNumber(extent.low);
  const Style room{.columns = plot.columns, .colour = style.colour};
  std::string text =
      style.Paint(Tone::kHeading,
                  room.Fit(fmt::format("{}: {}{}{}", plot.title, range,
                                       extent.log ? ", log axis" : "", cut ? ", then NaN" : "")));
  text += '\n';
  for (size_t row = 0; row < lines.size(); ++row) {
    std::string label;
    if (row == 0) label = AxisNumber(extent.high);
    if (row + 1 == lines.size()) label = AxisNumber(extent.low);
    if (extent.low == extent.high) label = row == lines.size() / 2 ? AxisNumber(extent.low) : "";
    text +=
        fmt::format("{:>{}} {}{}\n", label, kLabelColumns, label.empty() ? "│" : "┤", lines[row]);
  }
  return text + EpochAxis(extent, columns);
}

std::string SideBySide(const std::string& left, const std::string& right, int at) {
  std::istringstream lefts(left);
  std::istringstream rights(right);
  std::string text;
  while (true) {
    std::string line;
    std::string other;
    const bool has_left = static_cast<bool>(std::getline(lefts, line));
    const bool has_right = static_cast<bool>(std::getline(rights, other));
    if (!has_left && !has_right) return text;
    const size_t width = VisibleWidth(line);
    if (has_right && width < static_cast<size_t>(at)) line.append(at - width, ' ');
    text += line + other + '\n';
  }
}

}  // namespace lrsweep
