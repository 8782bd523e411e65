#include "views/charts/dot_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "views/charts/scale.h"
#include "views/charts/svg.h"

namespace lrsweep {
namespace {

using Anchor = SvgPicture::Anchor;

constexpr double kMargin = 24, kTop = 66, kRow = 24, kBottom = 48;  // in pixels
constexpr double kWidestLabel = 0.45;                               // of the picture
constexpr double kRoom = 0.04;                                      // of the range, on both sides
constexpr const char* kSmall = R"(font-size="12" fill="#555")";

std::string SizeText(const DotRow& row) {
  const std::string size = fmt::format("n = {}", row.summary.n);
  return row.remark.empty() ? size : size + ", " + row.remark;
}

template <typename Text>
double Widest(const std::vector<DotRow>& rows, const Text& text) {
  double widest = 0;
  for (const DotRow& row : rows) widest = std::max(widest, TextWidth(text(row)));
  return widest;
}

/// The range of the axis: spans means, single values and intervals. Intervals count only between
/// the least and the greatest of all values: the interval of two values may be wider than all
/// values together.
Scale MakeScale(const std::vector<DotRow>& rows, double from, double to) {
  double least = rows[0].summary.least;
  double greatest = rows[0].summary.greatest;
  for (const DotRow& row : rows) {
    least = std::min(least, row.summary.least);
    greatest = std::max(greatest, row.summary.greatest);
  }
  double low = greatest;
  double high = least;
  for (const DotRow& row : rows) {
    const Interval interval =
        row.summary.interval95.value_or(Interval{row.summary.mean, row.summary.mean});
    low = std::min(low, row.values.empty() ? std::max(least, interval.low) : row.summary.least);
    high = std::max(high,
                    row.values.empty() ? std::min(greatest, interval.high) : row.summary.greatest);
  }
  const double room = (high - low) * kRoom;
  return {low - room, high + room, from, to};
}

void DrawRow(const DotRow& row, double y, const Scale& scale, SvgPicture& picture) {
  const std::string colour = Colour(0);
  for (const double value : row.values) {
    picture.Dot(scale.At(value), y, 2.4, R"(fill="#999" fill-opacity="0.5")");
  }
  if (row.summary.interval95) {
    const Interval& interval = *row.summary.interval95;
    const std::string stroke = fmt::format(R"(stroke="{}" stroke-width="2")", colour);
    picture.Line(scale.At(std::max(interval.low, scale.low())), y,
                 scale.At(std::min(interval.high, scale.high())), y, stroke);
    for (const double end : {interval.low, interval.high}) {
      if (end < scale.low() || end > scale.high()) continue;  // it goes on beyond the frame
      picture.Line(scale.At(end), y - 5, scale.At(end), y + 5, stroke);
    }
  }
  picture.Dot(scale.At(row.summary.mean), y, 4.6, fmt::format(R"(fill="{}")", colour));
}

}  // namespace

std::string DrawSvg(const DotChart& chart) {
  if (chart.rows.empty()) throw std::invalid_argument("a chart of no row");
  const double label_width = std::min(
      chart.width * kWidestLabel, Widest(chart.rows, [](const DotRow& row) { return row.label; }));
  const double left = kMargin + label_width + 16;
  const double right = chart.width - kMargin - Widest(chart.rows, SizeText) - 12;
  const double bottom = kTop + kRow * static_cast<double>(chart.rows.size());
  const double text_width = chart.width - 2 * kMargin;

  SvgPicture picture;
  picture.Text(kMargin, 24, ShortenedTo(text_width, chart.title), Anchor::kStart,
               R"(font-size="16" font-weight="bold")");
  picture.Text(kMargin, 44, ShortenedTo(text_width, chart.subtitle), Anchor::kStart, kSmall);
  const Scale scale = MakeScale(chart.rows, left, right);
  for (const AxisTick& tick : scale.Ticks(static_cast<int>((right - left) / 70), chart.whole)) {
    const double x = scale.At(tick.value);
    picture.Line(x, kTop - 6, x, bottom, R"(stroke="#ddd")");
    picture.Text(x, bottom + 16, tick.text, Anchor::kMiddle);
  }
  for (size_t i = 0; i < chart.rows.size(); ++i) {
    const double y = kTop + kRow * (static_cast<double>(i) + 0.5);
    picture.Text(left - 14, y + 4, ShortenedTo(label_width, chart.rows[i].label), Anchor::kEnd);
    picture.Text(right + 12, y + 4, SizeText(chart.rows[i]), Anchor::kStart, kSmall);
    DrawRow(chart.rows[i], y, scale, picture);
  }
  picture.Text((left + right) / 2, bottom + 38, chart.axis, Anchor::kMiddle);
  double height = bottom + kBottom;
  if (!chart.note.empty()) {
    picture.Text(kMargin, height + 10, ShortenedTo(text_width, chart.note), Anchor::kStart, kSmall);
    height += 20;
  }
  return picture.Finish(chart.width, height + 4, chart.title);
}

}  // namespace lrsweep
