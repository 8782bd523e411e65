#include "schedulers/rex.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lrsweep {
namespace {

constexpr Rates kOptimizer = {.lr = 0.8, .momentum = 0.9};

TEST(RexTest, FallsFromTheOptimizersRateToEtaMin) {
  const Schedule schedule = Rex({.total_iters = 10, .eta_min = 0.2}, kOptimizer);
  EXPECT_EQ(schedule(0).lr, 0.8);
  EXPECT_DOUBLE_EQ(schedule(5).lr, 0.2 + 0.6 * 0.5 / 0.75);
  EXPECT_EQ(schedule(10).lr, 0.2);
  EXPECT_EQ(schedule(1000).lr, 0.2);
  EXPECT_EQ(schedule(5).momentum, 0.9);
}

TEST(RexTest, IsAboveTheLine) {
  const Schedule schedule = Rex({.total_iters = 10}, kOptimizer);
  for (int64_t tick = 1; tick < 10; ++tick) {
    EXPECT_GT(schedule(tick).lr, 0.8 * (1 - static_cast<double>(tick) / 10)) << tick;
  }
}

TEST(RexTest, RefusesALengthOfNothing) {
  EXPECT_THROW(Rex({}, kOptimizer), std::invalid_argument);
  EXPECT_THROW(Rex({.total_iters = 10, .eta_min = -0.1}, kOptimizer), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
