#include "schedulers/inverse_time.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lrsweep {
namespace {

constexpr Rates kOptimizer = {.lr = 0.8, .momentum = 0.9};

TEST(InverseTimeDecayTest, HalvesAfterTheFirstUnitOfTime) {
  const Schedule schedule = InverseTimeDecay({.decay_rate = 1, .decay_steps = 10}, kOptimizer);
  EXPECT_EQ(schedule(0).lr, 0.8);
  EXPECT_DOUBLE_EQ(schedule(5).lr, 0.8 / 1.5);
  EXPECT_DOUBLE_EQ(schedule(10).lr, 0.4);
  EXPECT_DOUBLE_EQ(schedule(30).lr, 0.2);
  EXPECT_EQ(schedule(30).momentum, 0.9);
}

TEST(InverseTimeDecayTest, FallsAtWholeUnitsInAStaircase) {
  const Schedule schedule =
      InverseTimeDecay({.decay_rate = 1, .decay_steps = 10, .staircase = true}, kOptimizer);
  EXPECT_EQ(schedule(9).lr, 0.8);
  EXPECT_DOUBLE_EQ(schedule(10).lr, 0.4);
  EXPECT_DOUBLE_EQ(schedule(19).lr, 0.4);
}

TEST(InverseTimeDecayTest, RefusesANegativeRateOfDecay) {
  EXPECT_THROW(InverseTimeDecay({}, kOptimizer), std::invalid_argument);
  EXPECT_THROW(InverseTimeDecay({.decay_rate = 1, .decay_steps = 0}, kOptimizer),
               std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
