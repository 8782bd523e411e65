#include "schedulers/inverse_sqrt.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lrsweep {
namespace {

TEST(InverseSqrtTest, RisesThenHalvesWithFourTimesTheTime) {
  const Schedule schedule = InverseSqrt({.num_warmup_steps = 4}, {.lr = 1, .momentum = 0.7});
  EXPECT_EQ(schedule(0).lr, 0);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.5);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 1);
  EXPECT_DOUBLE_EQ(schedule(16).lr, 0.5);
  EXPECT_DOUBLE_EQ(schedule(64).lr, 0.25);
  EXPECT_EQ(schedule(64).momentum, 0.7);
}

TEST(InverseSqrtTest, HasATimescaleOfTenThousandWithoutWarmup) {
  const Schedule schedule = InverseSqrt({}, {.lr = 1});
  EXPECT_DOUBLE_EQ(schedule(0).lr, 1);
  EXPECT_DOUBLE_EQ(schedule(30'000).lr, 0.5);
}

TEST(InverseSqrtTest, RefusesATimescaleBelowOne) {
  EXPECT_THROW(InverseSqrt({.timescale = 0}, {}), std::invalid_argument);
  EXPECT_THROW(InverseSqrt({.num_warmup_steps = -1}, {}), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
