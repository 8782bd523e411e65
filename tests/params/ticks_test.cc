#include "params/ticks.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace lrsweep {
namespace {

TEST(CanonicalShareTest, DropsZerosThatChangeNothing) {
  EXPECT_EQ(CanonicalShare("25%"), "25%");
  EXPECT_EQ(CanonicalShare("025.500%"), "25.5%");
  EXPECT_EQ(CanonicalShare("0.25%"), "0.25%");
  EXPECT_EQ(CanonicalShare("00.0%"), "0%");
  EXPECT_EQ(CanonicalShare("150%"), "150%");
}

TEST(CanonicalShareTest, CallsTheWholeRun) {
  EXPECT_EQ(CanonicalShare("100%"), "run");
  EXPECT_EQ(CanonicalShare("100.00%"), "run");
  EXPECT_EQ(CanonicalShare("100.01%"), "100.01%");
}

TEST(CanonicalShareTest, TakesNothingElse) {
  for (const char* text : {"", "%", "25", "25 %", "-5%", "+5%", ".5%", "5.%", "1e1%", "2,5%", "5%%",
                           "0x1%", "10001%", "0.12345678901234%", "run"}) {
    EXPECT_EQ(CanonicalShare(text), std::nullopt) << text;
  }
}

TEST(TicksOfShareTest, RoundsDownExactly) {
  EXPECT_EQ(TicksOfShare("58%", 50), 29);  // 0.58 * 50 is 28.999999999999996 in doubles
  EXPECT_EQ(TicksOfShare("29%", 100), 29);
  EXPECT_EQ(TicksOfShare("7%", 100), 7);
  EXPECT_EQ(TicksOfShare("33.3%", 1000), 333);
  EXPECT_EQ(TicksOfShare("33.4%", 999), 333);  // 333.666
  EXPECT_EQ(TicksOfShare("1%", 20), 0);
  EXPECT_EQ(TicksOfShare("150%", 21), 31);
}

TEST(TicksOfShareTest, HoldsForTheLongestRuns) {
  EXPECT_EQ(TicksOfShare("99.9999999999%", 1'000'000'000'000'000), 999'999'999'999'000);
  EXPECT_EQ(TicksOfShare("10000%", 1'000'000'000'000'000), 100'000'000'000'000'000);
}

/// Every whole and half percentage of every length up to 400, by integers alone.
TEST(TicksOfShareTest, AgreesWithIntegerDivision) {
  for (int64_t ticks = 1; ticks <= 400; ++ticks) {
    for (int64_t halves = 1; halves < 200; ++halves) {
      const std::string share = std::to_string(halves / 2) + (halves % 2 == 1 ? ".5%" : "%");
      ASSERT_EQ(TicksOfShare(share, ticks), halves * ticks / 200) << share << " of " << ticks;
    }
  }
}

}  // namespace
}  // namespace lrsweep
