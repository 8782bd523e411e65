#include "views/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lrsweep {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DrawTextTest, RisingLineGoesFromBottomLeftToTopRight) {
  // Two columns of one character each are four dots across and four down: a diagonal.
  EXPECT_EQ(DrawText({0, 1, 2, 3}, 2, 1), "⡠⠊\n");
}

TEST(DrawTextTest, ConstantLineIsInTheMiddle) { EXPECT_EQ(DrawText({5, 5, 5, 5}, 2, 1), "⠒⠒\n"); }

TEST(DrawTextTest, JumpIsDrawnAsALine) { EXPECT_EQ(DrawText({1, 1, 0, 0}, 2, 1), "⠉⣆\n"); }

TEST(DrawTextTest, SpikeBetweenTwoDotsIsNotLost) {
  std::vector<double> values(1000, 0.0);
  values[501] = 1;
  EXPECT_THAT(DrawText(values, 4, 1), HasSubstr("⣇"));
}

TEST(DrawTextTest, OneValueIsALine) { EXPECT_EQ(DrawText({1}, 2, 1), "⠒⠒\n"); }

TEST(DrawTextTest, EveryRowHasEveryColumn) {
  const std::string chart = DrawText({1, 2, 3}, 10, 3);
  EXPECT_EQ(chart.size(), 3U * (10 * 3 + 1));  // braille takes three bytes
}

TEST(DrawSvgTest, HasALineAndALegendPerCurve) {
  const std::string svg = DrawSvg({{"one", {0.1, 0.2}, 1}, {"two", {0.3, 0.1}, 1}}, {});
  EXPECT_THAT(svg, HasSubstr(">one</text>"));
  EXPECT_THAT(svg, HasSubstr(">two</text>"));
  EXPECT_THAT(svg, HasSubstr("stroke=\"#0072b2\""));
  EXPECT_THAT(svg, HasSubstr("stroke=\"#e69f00\""));
}

TEST(DrawSvgTest, LabelsAreTextNeverMarkup) {
  const std::string svg = DrawSvg({{"</svg><script>\"&", {1}, 1}}, {.title = "<b>"});
  EXPECT_THAT(svg, Not(HasSubstr("<script>")));
  EXPECT_THAT(svg, HasSubstr("&lt;/svg&gt;&lt;script&gt;&quot;&amp;"));
  EXPECT_THAT(svg, HasSubstr("&lt;b&gt;"));
}

TEST(DrawSvgTest, AxisCountsEpochs) {
  // 20 epochs of 10 values: marked every two epochs.
  const std::string svg = DrawSvg({{"one", std::vector<double>(200, 0.5), 10}}, {});
  EXPECT_THAT(svg, HasSubstr(">18</text>"));
  EXPECT_THAT(svg, HasSubstr(">20</text>"));
  EXPECT_THAT(svg, Not(HasSubstr(">19</text>")));
}

TEST(DrawSvgTest, LongCurvesAreThinnedToWhatPixelsShow) {
  std::vector<double> values(1'000'000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = i % 7 == 0 ? 1 : 0;
  EXPECT_LT(DrawSvg({{"one", values, 1000}}, {}).size(), 100'000U);
}

TEST(DrawSvgTest, CurveOfZerosIsDrawn) {
  EXPECT_THAT(DrawSvg({{"zero", {0, 0}, 1}}, {}), Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace lrsweep
