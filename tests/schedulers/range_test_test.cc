#include "schedulers/range_test.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lrsweep {
namespace {

TEST(LrRangeTestTest, MultipliesByTheSameFactorEveryTick) {
  const Schedule schedule = LrRangeTest({.start_lr = 0.001, .end_lr = 1, .num_iter = 4}, 0.7);
  EXPECT_DOUBLE_EQ(schedule(0).lr, 0.001);
  EXPECT_DOUBLE_EQ(schedule(1).lr, 0.01);
  EXPECT_DOUBLE_EQ(schedule(3).lr, 1);
  EXPECT_DOUBLE_EQ(schedule(9).lr, 1);
  EXPECT_EQ(schedule(1).momentum, 0.7);
}

TEST(LrRangeTestTest, AddsTheSameAmountEveryTickIfLinear) {
  const Schedule schedule = LrRangeTest(
      {.start_lr = 0, .end_lr = 1, .num_iter = 5, .step_mode = RangeTestMode::kLinear}, 0);
  EXPECT_EQ(schedule(0).lr, 0);
  EXPECT_DOUBLE_EQ(schedule(1).lr, 0.25);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 1);
}

TEST(LrRangeTestTest, RefusesARangeThatCannotRise) {
  EXPECT_THROW(LrRangeTest({.start_lr = 2, .end_lr = 1}, 0), std::invalid_argument);
  EXPECT_THROW(LrRangeTest({.start_lr = 0}, 0), std::invalid_argument);
  EXPECT_THROW(LrRangeTest({.num_iter = 1}, 0), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
