#include "views/terminal/braille_chart.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace lrsweep {
namespace {

constexpr int kDotsAcross = 2;  // of a braille character
constexpr int kDotsDown = 4;

/// The bit of a dot in its character, by column and row (Unicode 15, "Braille Patterns").
constexpr unsigned kDotBits[kDotsAcross][kDotsDown] = {{0x01, 0x02, 0x04, 0x40},
                                                       {0x08, 0x10, 0x20, 0x80}};

/// Dots that can be set, and the characters they make.
class Canvas {
 public:
  Canvas(int columns, int rows)
      : columns_(columns), rows_(rows), cells_(static_cast<size_t>(columns) * rows) {}

  int width() const { return columns_ * kDotsAcross; }
  int height() const { return rows_ * kDotsDown; }

  /// A dot `x` from the left and `y` from the bottom.
  void Set(int x, int y) {
    const int down = height() - 1 - y;
    const size_t cell = static_cast<size_t>(down / kDotsDown) * columns_ + x / kDotsAcross;
    cells_[cell] |= kDotBits[x % kDotsAcross][down % kDotsDown];
  }

  std::string Text() const {
    std::string text;
    for (int row = 0; row < rows_; ++row) {
      for (int column = 0; column < columns_; ++column) {
        const unsigned bits = cells_[static_cast<size_t>(row) * columns_ + column];
        // U+2800 and the bits, in UTF-8.
        text += static_cast<char>(0xe2);
        text += static_cast<char>(0xa0 | bits >> 6);
        text += static_cast<char>(0x80 | (bits & 0x3f));
      }
      text += '\n';
    }
    return text;
  }

 private:
  int columns_;
  int rows_;
  std::vector<unsigned> cells_;
};

}  // namespace

std::string DrawText(const std::vector<double>& values, int columns, int rows) {
  Canvas canvas(columns, rows);
  const double least = *std::min_element(values.begin(), values.end());
  const double span = *std::max_element(values.begin(), values.end()) - least;
  const auto dot_of = [&](double value) {
    const double share = span > 0 ? (value - least) / span : 0.5;
    return static_cast<int>(std::lround(share * (canvas.height() - 1)));
  };
  const size_t count = values.size();
  for (int x = 0; x < canvas.width(); ++x) {
    // The steps of this column, and at least one.
    const size_t first = count * static_cast<size_t>(x) / static_cast<size_t>(canvas.width());
    const size_t next = count * static_cast<size_t>(x + 1) / static_cast<size_t>(canvas.width());
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = values.begin() + static_cast<std::ptrdiff_t>(std::max(next, first + 1));
    const auto [low, high] = std::minmax_element(begin, end);
    int bottom = dot_of(*low);
    int top = dot_of(*high);
    if (first > 0) {  // connects to the value before
      const int before = dot_of(*(begin - 1));
      bottom = std::min(bottom, before + 1);
      top = std::max(top, before - 1);
    }
    for (int y = bottom; y <= top; ++y) canvas.Set(x, y);
  }
  return canvas.Text();
}

}  // namespace lrsweep
