#include "views/charts/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "params/json_value.h"
#include "params/text.h"
#include "params/utf8.h"

namespace lrsweep {
namespace {

constexpr std::array<const char*, 6> kColours = {"#0072b2", "#e69f00", "#009e73",
                                                 "#d55e00", "#cc79a7", "#56b4e9"};
constexpr std::array<const char*, 4> kDashes = {"", "7 4", "2 3", "9 3 2 3"};
constexpr double kCharacterWidth = 7.8;  // of 13 pixels of DejaVu Sans, one of the widest

std::string Escaped(const std::string& text) { return EscapedMarkup(OneLine(ValidUtf8(text))); }

std::string PointsText(const SvgPicture::Points& points) {
  std::string text;
  for (const auto& [x, y] : points) text += fmt::format("{:.1f},{:.1f} ", x, y);
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace

std::string Colour(size_t index) { return kColours.at(index % kColours.size()); }

std::string Dashes(size_t index) {
  const std::string dashes = kDashes.at(index / kColours.size() % kDashes.size());
  return dashes.empty() ? "" : fmt::format(R"(stroke-dasharray="{}")", dashes);
}

double TextWidth(const std::string& text) {
  return kCharacterWidth * static_cast<double>(CountCharacters(text));
}

std::string ShortenedTo(double pixels, const std::string& text) {
  return Shortened(text, static_cast<size_t>(std::max(1.0, pixels / kCharacterWidth)));
}

void SvgPicture::Line(double x1, double y1, double x2, double y2, const std::string& attributes) {
  body_ += fmt::format(R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" {}/>)"
                       "\n",
                       x1, y1, x2, y2, attributes);
}

void SvgPicture::Polyline(const Points& points, const std::string& attributes) {
  body_ += fmt::format(R"(<polyline fill="none" {} points="{}"/>)"
                       "\n",
                       attributes, PointsText(points));
}

void SvgPicture::Polygon(const Points& points, const std::string& attributes) {
  body_ += fmt::format(R"(<polygon {} points="{}"/>)"
                       "\n",
                       attributes, PointsText(points));
}

void SvgPicture::Dot(double x, double y, double radius, const std::string& attributes) {
  body_ += fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}" {}/>)"
                       "\n",
                       x, y, radius, attributes);
}

void SvgPicture::Mark(double x, double y, size_t index) {
  const std::string fill = fmt::format(
      R"(fill="{}" fill-opacity="0.75" stroke="#fff" stroke-width="0.6")", Colour(index));
  switch (index / kColours.size() % 3) {
    case 0:
      return Dot(x, y, 4.2, fill);
    case 1:
      return Polygon({{x - 4, y - 4}, {x + 4, y - 4}, {x + 4, y + 4}, {x - 4, y + 4}}, fill);
    default:
      return Polygon({{x, y - 5}, {x + 5, y + 4}, {x - 5, y + 4}}, fill);
  }
}

void SvgPicture::Text(double x, double y, const std::string& text, Anchor anchor,
                      const std::string& attributes) {
  const char* const word = anchor == Anchor::kStart    ? "start"
                           : anchor == Anchor::kMiddle ? "middle"
                                                       : "end";
  body_ += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}" {}>{}</text>)"
                       "\n",
                       x, y, word, attributes, Escaped(text));
}

void SvgPicture::VerticalText(double x, double y, const std::string& text) {
  body_ += fmt::format(
      R"svg(<text transform="translate({:.1f} {:.1f}) rotate(-90)" text-anchor="middle">{}</text>)svg"
      "\n",
      x, y, Escaped(text));
}

void SvgPicture::BeginClip(double left, double top, double right, double bottom) {
  body_ += fmt::format(R"(<svg x="{0:.1f}" y="{1:.1f}" width="{2:.1f}" height="{3:.1f}" )"
                       R"(viewBox="{0:.1f} {1:.1f} {2:.1f} {3:.1f}">)"
                       "\n",
                       left, top, right - left, bottom - top);
}

void SvgPicture::EndClip() { body_ += "</svg>\n"; }

std::string SvgPicture::Finish(double width, double height, const std::string& title) const {
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1:.0f}" width="{0:.0f}" )"
      R"(height="{1:.0f}" role="img" font-family="sans-serif" font-size="13" fill="#333">)"
      "\n<title>{2}</title>\n"
      R"(<rect width="100%" height="100%" fill="#fff"/>)"
      "\n{3}</svg>\n",
      width, height, Escaped(title), body_);
}

}  // namespace lrsweep
