#include "views/terminal/braille_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lrsweep {
namespace {

using testing::HasSubstr;

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

}  // namespace
}  // namespace lrsweep
