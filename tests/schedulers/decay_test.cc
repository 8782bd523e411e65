#include "schedulers/decay.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lrsweep {
namespace {

// The expected numbers are worked out by hand.

TEST(StepLrTest, DecaysAtEveryBoundaryAndNotBefore) {
  const Schedule schedule = StepLr({.step_size = 3, .gamma = 0.5}, {.lr = 0.8, .momentum = 0.9});
  EXPECT_DOUBLE_EQ(schedule(0).lr, 0.8);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.8);
  EXPECT_DOUBLE_EQ(schedule(3).lr, 0.4);
  EXPECT_DOUBLE_EQ(schedule(5).lr, 0.4);
  EXPECT_DOUBLE_EQ(schedule(6).lr, 0.2);
}

TEST(StepLrTest, RefusesAStepSizeBelowOne) {
  EXPECT_THROW(StepLr({.step_size = 0}, {.lr = 0.1}), std::invalid_argument);
}

TEST(MultiStepLrTest, DecaysAtEachMilestoneItself) {
  const Schedule schedule = MultiStepLr({.milestones = {2, 5}, .gamma = 0.5}, {.lr = 0.8});
  EXPECT_DOUBLE_EQ(schedule(1).lr, 0.8);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.4);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 0.4);
  EXPECT_DOUBLE_EQ(schedule(5).lr, 0.2);
  EXPECT_DOUBLE_EQ(schedule(1'000'000).lr, 0.2);
}

TEST(MultiStepLrTest, DecaysTwiceAtAMilestoneThatIsListedTwiceAndFromTheStartAtZero) {
  EXPECT_DOUBLE_EQ(MultiStepLr({.milestones = {5, 5}, .gamma = 0.5}, {.lr = 0.8})(4).lr, 0.8);
  EXPECT_DOUBLE_EQ(MultiStepLr({.milestones = {5, 5}, .gamma = 0.5}, {.lr = 0.8})(5).lr, 0.2);
  EXPECT_DOUBLE_EQ(MultiStepLr({.milestones = {0, 5}, .gamma = 0.5}, {.lr = 0.8})(0).lr, 0.4);
}

TEST(MultiStepLrTest, RefusesMilestonesThatDecrease) {
  EXPECT_THROW(MultiStepLr({.milestones = {5, 2}}, {}), std::invalid_argument);
  EXPECT_THROW(MultiStepLr({.milestones = {-1}}, {}), std::invalid_argument);
}

TEST(ConstantLrTest, GivesTheRateBackAtTotalIters) {
  const Schedule schedule = ConstantLr({.factor = 0.25, .total_iters = 3}, {.lr = 0.8});
  EXPECT_DOUBLE_EQ(schedule(0).lr, 0.2);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.2);
  EXPECT_DOUBLE_EQ(schedule(3).lr, 0.8);
}

TEST(ConstantLrTest, GivesTheRateBackAfterAFactorOfZero) {
  const Schedule schedule = ConstantLr({.factor = 0, .total_iters = 3}, {.lr = 0.8});
  EXPECT_EQ(schedule(2).lr, 0);
  EXPECT_EQ(schedule(3).lr, 0.8);
}

TEST(LinearLrTest, MovesInALineAndStays) {
  const Schedule schedule =
      LinearLr({.start_factor = 0.5, .end_factor = 0.25, .total_iters = 4}, {.lr = 0.8});
  EXPECT_DOUBLE_EQ(schedule(0).lr, 0.4);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.3);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 0.2);
  EXPECT_DOUBLE_EQ(schedule(9).lr, 0.2);
}

TEST(LinearLrTest, RefusesFactorsOutsideOfPyTorchsRanges) {
  EXPECT_THROW(LinearLr({.start_factor = 0}, {}), std::invalid_argument);
  EXPECT_THROW(LinearLr({.start_factor = 1.5}, {}), std::invalid_argument);
  EXPECT_THROW(LinearLr({.end_factor = -0.1}, {}), std::invalid_argument);
  EXPECT_THROW(LinearLr({.total_iters = -1}, {}), std::invalid_argument);
}

TEST(ExponentialLrTest, MultipliesEveryTick) {
  const Schedule schedule = ExponentialLr({.gamma = 0.5}, {.lr = 0.8});
  EXPECT_DOUBLE_EQ(schedule(0).lr, 0.8);
  EXPECT_DOUBLE_EQ(schedule(3).lr, 0.1);
  EXPECT_THROW(ExponentialLr({}, {}), std::invalid_argument);
}

TEST(PolynomialLrTest, FallsToZeroAndStays) {
  const Schedule schedule = PolynomialLr({.total_iters = 4, .power = 2}, {.lr = 0.8});
  EXPECT_DOUBLE_EQ(schedule(0).lr, 0.8);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.2);
  EXPECT_EQ(schedule(4).lr, 0);
  EXPECT_EQ(schedule(9).lr, 0);
}

TEST(DecayTest, KeepsTheOptimizersMomentum) {
  const Rates optimizer = {.lr = 0.1, .momentum = 0.7};
  EXPECT_EQ(StepLr({.step_size = 2}, optimizer)(5).momentum, 0.7);
  EXPECT_EQ(MultiStepLr({.milestones = {2}}, optimizer)(5).momentum, 0.7);
  EXPECT_EQ(ConstantLr({}, optimizer)(5).momentum, 0.7);
  EXPECT_EQ(LinearLr({}, optimizer)(5).momentum, 0.7);
  EXPECT_EQ(ExponentialLr({.gamma = 0.9}, optimizer)(5).momentum, 0.7);
  EXPECT_EQ(PolynomialLr({}, optimizer)(5).momentum, 0.7);
}

}  // namespace
}  // namespace lrsweep
