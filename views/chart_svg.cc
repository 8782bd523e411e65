#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "views/chart.h"

namespace lrsweep {
namespace {

// Okabe and Ito's palette, without its black and its yellow, which vanish on dark and light pages:
// https://jfly.uni-koeln.de/color/
constexpr std::array<const char*, 6> kColours = {"#0072b2", "#e69f00", "#009e73",
                                                 "#d55e00", "#cc79a7", "#56b4e9"};
constexpr std::array<const char*, 4> kDashes = {"", "7 4", "2 3", "9 3 2 3"};
constexpr int kLegendLine = 20;
constexpr int kCharacterWidth = 7;       // of the legend's font, roughly
constexpr double kLeastWholeEpochs = 2;  // from here on the axis is marked in whole epochs

std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// A round number of about `span / count`: 1, 2 or 5 times a power of ten.
double TickStep(double span, int count) {
  const double rough = span / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power) return factor * power;
  }
  return 10 * power;
}

/// Where values and epochs are in the picture.
struct Frame {
  double left = 70, top = 40, right = 0, bottom = 0;  // of the axes, in pixels
  double largest = 1;                                 // value at the top; 0 is at the bottom
  double epochs = 0;                                  // at the right; 0 is at the left

  double X(double epoch) const { return left + (right - left) * epoch / epochs; }
  double Y(double value) const { return bottom - (bottom - top) * value / largest; }
};

void AppendAxes(const Frame& frame, const SvgOptions& options, std::string& svg) {
  const double across =
      std::max(TickStep(frame.epochs, 10), frame.epochs >= kLeastWholeEpochs ? 1.0 : 0.0);
  for (int i = 0; i * across <= frame.epochs * (1 + 1e-9); ++i) {
    const double x = frame.X(i * across);
    svg += fmt::format(R"(<line class="grid" x1="{0:.1f}" y1="{1:.1f}" x2="{0:.1f}" y2="{2:.1f}"/>)"
                       R"(<text x="{0:.1f}" y="{3:.1f}" text-anchor="middle">{4:.4g}</text>)"
                       "\n",
                       x, frame.top, frame.bottom, frame.bottom + 18, i * across);
  }
  const double up = TickStep(frame.largest, 6);
  for (int i = 0; i * up <= frame.largest * (1 + 1e-9); ++i) {
    const double y = frame.Y(i * up);
    svg += fmt::format(R"(<line class="grid" x1="{0:.1f}" y1="{1:.1f}" x2="{2:.1f}" y2="{1:.1f}"/>)"
                       R"(<text x="{3:.1f}" y="{4:.1f}" text-anchor="end">{5:.4g}</text>)"
                       "\n",
                       frame.left, y, frame.right, frame.left - 8, y + 4, i * up);
  }
  svg += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">epoch</text>)",
                     (frame.left + frame.right) / 2, frame.bottom + 38);
  svg += fmt::format(
      R"svg(<text transform="translate(16 {:.1f}) rotate(-90)" text-anchor="middle">{}</text>)svg"
      "\n",
      (frame.top + frame.bottom) / 2, Escaped(options.y_label));
}

/// The points of a curve, thinned to what pixels can show: of the values that share a pixel the
/// first, the least, the greatest and the last, in their order.
std::string Points(const Curve& curve, const Frame& frame) {
  const std::vector<double>& values = curve.values;
  std::string points;
  const auto add = [&](size_t i) {
    points +=
        fmt::format("{:.1f},{:.1f} ", frame.X(static_cast<double>(i) / curve.values_per_epoch),
                    frame.Y(values[i]));
  };
  const auto pixels = static_cast<size_t>(frame.right - frame.left);
  const size_t stride = std::max<size_t>(1, values.size() / pixels);
  for (size_t first = 0; first < values.size(); first += stride) {
    const size_t end = std::min(first + stride, values.size());
    const auto begin = values.begin();
    const auto [low, high] = std::minmax_element(begin + static_cast<std::ptrdiff_t>(first),
                                                 begin + static_cast<std::ptrdiff_t>(end));
    std::array<size_t, 4> chosen = {first, static_cast<size_t>(low - begin),
                                    static_cast<size_t>(high - begin), end - 1};
    std::sort(chosen.begin(), chosen.end());
    const auto* last = std::unique(chosen.begin(), chosen.end());
    for (const auto* i = chosen.begin(); i != last; ++i) add(*i);
  }
  points.pop_back();
  return points;
}

std::string Style(size_t index) {
  const char* dash = kDashes[index / kColours.size() % kDashes.size()];
  return fmt::format(R"(stroke="{}"{})", kColours[index % kColours.size()],
                     *dash == '\0' ? "" : fmt::format(R"( stroke-dasharray="{}")", dash));
}

void AppendLegend(const std::vector<Curve>& curves, double x, double y, std::string& svg) {
  for (size_t i = 0; i < curves.size(); ++i) {
    const double middle = y + static_cast<double>(i) * kLegendLine;
    svg += fmt::format(R"(<line class="curve" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" {}/>)"
                       R"(<text x="{:.1f}" y="{:.1f}">{}</text>)"
                       "\n",
                       x, middle, x + 26, middle, Style(i), x + 34, middle + 4,
                       Escaped(curves[i].label));
  }
}

Frame MakeFrame(const std::vector<Curve>& curves, const SvgOptions& options) {
  Frame frame;
  frame.right = options.width - 20;
  frame.bottom = options.height - 50;
  frame.largest = 0;
  for (const Curve& curve : curves) {
    frame.epochs =
        std::max(frame.epochs, static_cast<double>(curve.values.size()) / curve.values_per_epoch);
    for (const double value : curve.values) frame.largest = std::max(frame.largest, value);
  }
  if (frame.largest == 0) frame.largest = 1;
  frame.largest *= 1.03;
  return frame;
}

}  // namespace

std::string DrawSvg(const std::vector<Curve>& curves, const SvgOptions& options) {
  const Frame frame = MakeFrame(curves, options);
  const int height = options.height + kLegendLine * static_cast<int>(curves.size()) + 10;
  size_t longest = 0;
  for (const Curve& curve : curves) longest = std::max(longest, curve.label.size());
  const int width = std::max(options.width, 120 + kCharacterWidth * static_cast<int>(longest));
  std::string svg = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}">)"
      "\n<style>text{{font:13px sans-serif;fill:#333}}.grid{{stroke:#ddd}}"
      ".curve{{fill:none;stroke-width:1.8}}.title{{font-size:15px;font-weight:bold}}</style>\n"
      R"(<rect width="100%" height="100%" fill="#fff"/>)"
      R"(<text class="title" x="{2:.0f}" y="24">{3}</text>)"
      "\n",
      width, height, frame.left, Escaped(options.title));
  AppendAxes(frame, options, svg);
  for (size_t i = 0; i < curves.size(); ++i) {
    svg += fmt::format(R"(<polyline class="curve" {} points="{}"/>)"
                       "\n",
                       Style(i), Points(curves[i], frame));
  }
  AppendLegend(curves, frame.left, options.height + 6, svg);
  return svg + "</svg>\n";
}

}  // namespace lrsweep
