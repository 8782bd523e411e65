// A picture in SVG 1.1 on white, from features that browsers, rsvg-convert and word processors
// share.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace lrsweep {

/// Okabe and Ito's palette, without its black and its yellow, which vanish on dark and light pages:
/// six colours that colour-blind people can tell apart (https://jfly.uni-koeln.de/color/). With
/// dashes (of lines) and shapes (of marks) once they repeat.
std::string Colour(size_t index);
std::string Dashes(size_t index);  // an attribute, or empty
inline constexpr const char* kFaintColour = "#bbbbbb";

/// Cuts `text` to about this many pixels, with "…" where it was cut.
std::string ShortenedTo(double pixels, const std::string& text);

/// Estimates the width of a text in pixels, rather too high than too low.
double TextWidth(const std::string& text);

class SvgPicture {
 public:
  using Points = std::vector<std::pair<double, double>>;  // x, y in pixels from the top left
  enum class Anchor { kStart, kMiddle, kEnd };

  // `attributes` are SVG's: `stroke="#000"`.
  void Line(double x1, double y1, double x2, double y2, const std::string& attributes);
  void Polyline(const Points& points, const std::string& attributes);
  void Polygon(const Points& points, const std::string& attributes);
  /// A mark of the colour and shape of `index`, about 8 pixels wide.
  void Mark(double x, double y, size_t index);
  void Dot(double x, double y, double radius, const std::string& attributes);
  /// Text is escaped; control characters and bytes that are not UTF-8 are replaced.
  void Text(double x, double y, const std::string& text, Anchor anchor = Anchor::kStart,
            const std::string& attributes = "");
  /// Bottom to top, centred at the point.
  void VerticalText(double x, double y, const std::string& text);
  /// Clips what is drawn until EndClip to the rectangle.
  void BeginClip(double left, double top, double right, double bottom);
  void EndClip();

  /// The whole file. Screen readers read `title`.
  std::string Finish(double width, double height, const std::string& title) const;

 private:
  std::string body_;
};

}  // namespace lrsweep
