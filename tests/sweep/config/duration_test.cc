#include "sweep/config/duration.h"

#include <gtest/gtest.h>

namespace lrsweep {
namespace {

TEST(DurationTest, SecondsUnitsAndSlurmsForms) {
  EXPECT_EQ(ParseDuration("90"), 90);
  EXPECT_EQ(ParseDuration("0.5"), 0.5);
  EXPECT_EQ(ParseDuration("90s"), 90);
  EXPECT_EQ(ParseDuration("1.5m"), 90);
  EXPECT_EQ(ParseDuration("2h"), 7200);
  EXPECT_EQ(ParseDuration("1d"), 86400);
  EXPECT_EQ(ParseDuration("55:00"), 3300);
  EXPECT_EQ(ParseDuration("1:00:05"), 3605);
  EXPECT_EQ(ParseDuration("2-01:00:00"), 176400);
}

TEST(DurationTest, OtherTextIsNone) {
  for (const char* text : {"", "soon", "h", "-1", "1:2:3:4", "1-2", "1-2:3", "2 h", "2w", "1e12",
                           "nan", "inf", ":", "1:", "0x10", "1h30m", "--1"}) {
    EXPECT_FALSE(ParseDuration(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace lrsweep
