#include "views/charts/line_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "views/charts/scale.h"
#include "views/charts/svg.h"
#include "views/charts/thinning.h"

namespace lrsweep {
namespace {

using Anchor = SvgPicture::Anchor;

constexpr double kLeft = 84, kTop = 62, kRight = 24, kBottom = 52;  // around the axes, in pixels
constexpr double kLegendLine = 20;
constexpr double kMarkRoom = 10;  // pixels between the outermost mark and the frame
constexpr double kRoom = 0.03;    // of the range, between what is drawn and the frame
constexpr const char* kGrid = R"(stroke="#ddd")";
constexpr const char* kSmall = R"(font-size="12" fill="#555")";

bool CanDraw(const ChartAxis& axis, double value) {
  return std::isfinite(value) && (!axis.logarithmic || value > 0);
}

/// Least and greatest value to be drawn.
struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void Take(const ChartAxis& axis, double value) {
    if (!CanDraw(axis, value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

Scale MakeScale(Range range, const ChartAxis& axis, double from, double to, bool room) {
  if (room && axis.logarithmic) {
    const double factor = std::pow(range.high / range.low, kRoom);
    range = {range.low / factor, range.high * factor};
  } else if (room) {
    const double add = (range.high - range.low) * kRoom;
    range = {range.low - add, range.high + add};
  }
  return {axis.low.value_or(range.low), axis.high.value_or(range.high), from, to, axis.logarithmic};
}

/// The curve without the points that lie between two of the same value, so that steps stay steps.
std::vector<ChartPoint> WithoutPlateaus(const std::vector<ChartPoint>& points) {
  std::vector<ChartPoint> corners;
  for (size_t i = 0; i < points.size(); ++i) {
    const bool between = i > 0 && i + 1 < points.size() && points[i - 1].y == points[i].y &&
                         points[i].y == points[i + 1].y;
    if (!between) corners.push_back(points[i]);
  }
  return corners;
}

/// Draws one chart.
class Drawing {
 public:
  explicit Drawing(const LineChart& chart)
      : chart_(chart),
        right_(chart.width - kRight),
        bottom_(chart.height - kBottom),
        x_(MakeX()),
        y_(MakeY()) {}

  std::string Svg() {
    DrawAxes();
    picture_.BeginClip(kLeft, kTop - 1, right_ + 1, bottom_ + 1);
    for (const ChartSeries& series : chart_.series) {
      if (series.faint) DrawCurve(series, fmt::format(R"(stroke="{}")", kFaintColour));
    }
    DrawInOrder([this](const ChartSeries& series, size_t i) { DrawBand(series, i); });
    DrawInOrder([this](const ChartSeries& series, size_t i) { DrawSeries(series, i); });
    picture_.EndClip();
    const double height = DrawLegend();
    return picture_.Finish(chart_.width, height, chart_.title);
  }

 private:
  Scale MakeX() const {
    Range range;
    double beside = 0;  // pixels that marks take beyond their values
    for (const ChartSeries& series : chart_.series) {
      if (series.marks) beside = std::max(beside, kMarkRoom + std::abs(series.shift));
      for (const ChartPoint& point : series.points) {
        if (CanDraw(chart_.y, point.y)) range.Take(chart_.x, point.x);
      }
    }
    if (range.low > range.high) throw std::invalid_argument("a chart of no point");
    return MakeScale(range, chart_.x, kLeft + beside, right_ - beside, false);
  }

  Scale MakeY() const {
    Range range;
    for (const ChartSeries& series : chart_.series) {
      for (const ChartPoint& point : series.points) {
        range.Take(chart_.y, point.y);
        if (!point.interval) continue;
        range.Take(chart_.y, point.interval->low);
        range.Take(chart_.y, point.interval->high);
      }
    }
    return MakeScale(range, chart_.y, bottom_, kTop, true);
  }

  void DrawAxes() {
    picture_.Text(kLeft, 24, ShortenedTo(right_ - kLeft, chart_.title), Anchor::kStart,
                  R"(font-size="16" font-weight="bold")");
    picture_.Text(kLeft, 44, ShortenedTo(right_ - kLeft, chart_.subtitle), Anchor::kStart, kSmall);
    for (const AxisTick& tick : x_.Ticks(10, chart_.x.whole)) {
      const double x = x_.At(tick.value);
      picture_.Line(x, kTop, x, bottom_, kGrid);
      picture_.Text(x, bottom_ + 18, tick.text, Anchor::kMiddle);
    }
    for (const AxisTick& tick : y_.Ticks(7, chart_.y.whole)) {
      const double y = y_.At(tick.value);
      picture_.Line(kLeft, y, right_, y, kGrid);
      picture_.Text(kLeft - 8, y + 4, tick.text, Anchor::kEnd);
    }
    picture_.Text((kLeft + right_) / 2, bottom_ + 40, chart_.x.label, Anchor::kMiddle);
    picture_.VerticalText(18, (kTop + bottom_) / 2, chart_.y.label);
  }

  /// The last ones first, so that the first series lies on top.
  template <typename Draw>
  void DrawInOrder(const Draw& draw) {
    size_t index = 0;
    for (const ChartSeries& series : chart_.series) index += series.faint ? 0 : 1;
    for (auto series = chart_.series.rbegin(); series != chart_.series.rend(); ++series) {
      if (!series->faint) draw(*series, --index);
    }
  }

  void DrawBand(const ChartSeries& series, size_t index) {
    if (series.marks) return;
    SvgPicture::Points band;
    SvgPicture::Points back;
    for (const ChartPoint& point : series.points) {
      if (!point.interval || !CanDraw(chart_.y, point.y)) continue;
      const double x = x_.At(point.x);
      band.emplace_back(x, y_.At(std::min(point.interval->high, Top())));
      back.emplace_back(x, y_.At(std::max(point.interval->low, Bottom())));
    }
    if (band.size() < 2) return;
    band.insert(band.end(), back.rbegin(), back.rend());
    picture_.Polygon(band, fmt::format(R"(fill="{}" fill-opacity="0.18")", Colour(index)));
  }

  // Intervals end here: beyond a logarithmic axis there may be values that have no logarithm.
  double Top() const { return y_.high(); }
  double Bottom() const { return y_.low(); }

  void DrawSeries(const ChartSeries& series, size_t index) {
    if (!series.marks) {
      const std::string stroke = fmt::format(R"(stroke="{}" {})", Colour(index), Dashes(index));
      return DrawCurve(series, stroke + R"( stroke-width="1.9")");
    }
    for (const ChartPoint& point : series.points) {
      if (!CanDraw(chart_.x, point.x) || !CanDraw(chart_.y, point.y)) continue;
      const double x = x_.At(point.x) + series.shift;
      if (point.interval) {
        picture_.Line(x, y_.At(std::max(point.interval->low, Bottom())), x,
                      y_.At(std::min(point.interval->high, Top())),
                      fmt::format(R"(stroke="{}" stroke-width="1.4")", Colour(index)));
      }
      picture_.Mark(x, y_.At(point.y), index);
    }
  }

  void DrawCurve(const ChartSeries& series, const std::string& stroke) {
    const double most = (right_ - kLeft) * (series.faint ? 0.5 : 2);
    const std::vector<ChartPoint> corners = WithoutPlateaus(series.points);
    std::vector<double> values;
    values.reserve(corners.size());
    for (const ChartPoint& point : corners) values.push_back(point.y);
    SvgPicture::Points run;
    const auto end_run = [&] {
      if (run.size() == 1) picture_.Dot(run[0].first, run[0].second, 2.2, stroke);
      if (run.size() > 1) picture_.Polyline(run, stroke);
      run.clear();
    };
    for (const size_t i : Thinned(values, static_cast<size_t>(most))) {
      const ChartPoint& point = corners[i];
      if (CanDraw(chart_.x, point.x) && CanDraw(chart_.y, point.y)) {
        run.emplace_back(x_.At(point.x), y_.At(point.y));
      } else {
        end_run();
      }
    }
    end_run();
  }

  /// Returns where the picture ends.
  double DrawLegend() {
    double y = chart_.height + 6;
    size_t index = 0;
    for (const ChartSeries& series : chart_.series) {
      if (series.faint || series.label.empty()) continue;
      if (series.marks) {
        picture_.Mark(kLeft + 13, y, index);
      } else {
        picture_.Line(
            kLeft, y, kLeft + 26, y,
            fmt::format(R"(stroke="{}" stroke-width="2" {})", Colour(index), Dashes(index)));
      }
      picture_.Text(kLeft + 34, y + 4, ShortenedTo(right_ - kLeft - 34, series.label));
      ++index;
      y += kLegendLine;
    }
    if (!chart_.note.empty()) {
      picture_.Text(kLeft, y + 6, ShortenedTo(right_ - kLeft, chart_.note), Anchor::kStart, kSmall);
      y += kLegendLine;
    }
    return y + 4;
  }

  const LineChart& chart_;
  double right_, bottom_;
  Scale x_, y_;
  SvgPicture picture_;
};

}  // namespace

std::string DrawSvg(const LineChart& chart) { return Drawing(chart).Svg(); }

}  // namespace lrsweep
