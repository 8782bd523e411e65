#include "schedulers/cyclic.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lrsweep {
namespace {

/// Cycles of 4 + 4 ticks between 0 and 1, the momentum between 0.5 and 0.75.
CyclicLrOptions SmallCycle(CyclicMode mode, double gamma = 1.0) {
  CyclicLrOptions options;
  options.base_lr = 0;
  options.max_lr = 1;
  options.step_size_up = 4;
  options.mode = mode;
  options.gamma = gamma;
  options.base_momentum = 0.5;
  options.max_momentum = 0.75;
  return options;
}

TEST(CyclicLrTest, MovesTheMomentumAgainstTheRate) {
  const Schedule schedule = CyclicLr(SmallCycle(CyclicMode::kTriangular), 0);
  EXPECT_DOUBLE_EQ(schedule(0).lr, 0);
  EXPECT_DOUBLE_EQ(schedule(0).momentum, 0.75);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.5);
  EXPECT_DOUBLE_EQ(schedule(2).momentum, 0.625);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 1);
  EXPECT_DOUBLE_EQ(schedule(4).momentum, 0.5);
  EXPECT_DOUBLE_EQ(schedule(7).lr, 0.25);
  EXPECT_DOUBLE_EQ(schedule(8).lr, 0);
  EXPECT_DOUBLE_EQ(schedule(12).lr, 1);
}

TEST(CyclicLrTest, HalvesThePeakWithEveryCycleOfTriangular2) {
  const Schedule schedule = CyclicLr(SmallCycle(CyclicMode::kTriangular2), 0);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 1);
  EXPECT_DOUBLE_EQ(schedule(12).lr, 0.5);
  EXPECT_DOUBLE_EQ(schedule(20).lr, 0.25);
  EXPECT_DOUBLE_EQ(schedule(20).momentum, 0.6875);
}

TEST(CyclicLrTest, StaysAtTheBaseOnceTriangular2HasHalvedToNothing) {
  const Schedule schedule = CyclicLr(SmallCycle(CyclicMode::kTriangular2), 0);
  const int64_t peak_of_cycle_2000 = 2000 * 8 + 4;  // PyTorch raises OverflowError
  EXPECT_EQ(schedule(peak_of_cycle_2000).lr, 0);
  EXPECT_EQ(schedule(peak_of_cycle_2000).momentum, 0.75);
}

TEST(CyclicLrTest, ShrinksByGammaWithEveryTickOfExpRange) {
  const Schedule schedule = CyclicLr(SmallCycle(CyclicMode::kExpRange, 0.5), 0);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.5 / 4);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 1.0 / 16);
  EXPECT_DOUBLE_EQ(schedule(12).lr, 1.0 / 4096);
}

TEST(CyclicLrTest, FallsAsLongAsItRisesUnlessToldOtherwise) {
  CyclicLrOptions options = SmallCycle(CyclicMode::kTriangular);
  EXPECT_DOUBLE_EQ(CyclicLr(options, 0)(6).lr, 0.5);
  options.step_size_down = 12;
  EXPECT_DOUBLE_EQ(CyclicLr(options, 0)(10).lr, 0.5);
}

TEST(CyclicLrTest, RefusesBoundsInTheWrongOrder) {
  CyclicLrOptions options = SmallCycle(CyclicMode::kTriangular);
  options.base_lr = 2;
  EXPECT_THROW(CyclicLr(options, 0), std::invalid_argument);
  options = SmallCycle(CyclicMode::kTriangular);
  options.base_momentum = 0.9;
  EXPECT_THROW(CyclicLr(options, 0), std::invalid_argument);
  options.cycle_momentum = false;  // then the bounds are without effect
  EXPECT_NO_THROW(CyclicLr(options, 0));
}

TEST(CyclicLrTest, RefusesSizesThatAreNotPositive) {
  CyclicLrOptions options = SmallCycle(CyclicMode::kTriangular);
  options.step_size_up = 0;
  EXPECT_THROW(CyclicLr(options, 0), std::invalid_argument);
  options = SmallCycle(CyclicMode::kTriangular);
  options.step_size_down = -1;
  EXPECT_THROW(CyclicLr(options, 0), std::invalid_argument);
}

TEST(CyclicLrTest, KeepsTheOptimizersMomentumUnlessItIsCycled) {
  CyclicLrOptions options = SmallCycle(CyclicMode::kTriangular);
  options.cycle_momentum = false;
  EXPECT_EQ(CyclicLr(options, 0.7)(5).momentum, 0.7);
}

}  // namespace
}  // namespace lrsweep
