#include "schedulers/one_cycle.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lrsweep {
namespace {

/// Up in 4 ticks from 0.1 to 1, down in 5 to 0.01; the momentum against it, 0.5 to 0.75.
OneCycleLrOptions SmallCycle() {
  OneCycleLrOptions options;
  options.max_lr = 1;
  options.total_steps = 10;
  options.pct_start = 0.5;
  options.anneal_strategy = AnnealStrategy::kLinear;
  options.base_momentum = 0.5;
  options.max_momentum = 0.75;
  options.div_factor = 10;
  options.final_div_factor = 10;
  return options;
}

TEST(OneCycleLrTest, RisesAndFallsOnce) {
  const Schedule schedule = OneCycleLr(SmallCycle(), 0);
  EXPECT_DOUBLE_EQ(schedule(0).lr, 0.1);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.55);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 1);
  EXPECT_NEAR(schedule(9).lr, 0.01, 1e-15);
  EXPECT_DOUBLE_EQ(schedule(0).momentum, 0.75);
  EXPECT_DOUBLE_EQ(schedule(4).momentum, 0.5);
  EXPECT_DOUBLE_EQ(schedule(9).momentum, 0.75);
}

TEST(OneCycleLrTest, HoldsTheLastRateWherePyTorchRaises) {
  const Schedule schedule = OneCycleLr(SmallCycle(), 0);
  EXPECT_NEAR(schedule(10).lr, 0.01, 1e-15);
  EXPECT_NEAR(schedule(1'000'000).lr, 0.01, 1e-15);
  EXPECT_DOUBLE_EQ(schedule(1'000'000).momentum, 0.75);
}

TEST(OneCycleLrTest, ComesBackToTheInitialRateInThreePhases) {
  OneCycleLrOptions options = SmallCycle();
  options.three_phase = true;
  options.pct_start = 0.4;  // up to tick 3, down to tick 6, away to tick 9
  const Schedule schedule = OneCycleLr(options, 0);
  EXPECT_DOUBLE_EQ(schedule(3).lr, 1);
  EXPECT_DOUBLE_EQ(schedule(6).lr, 0.1);
  EXPECT_NEAR(schedule(9).lr, 0.01, 1e-15);
  EXPECT_DOUBLE_EQ(schedule(8).momentum, 0.75);
}

TEST(OneCycleLrTest, StartsAtThePeakWhereTheRiseHasNoLength) {
  OneCycleLrOptions options = SmallCycle();
  options.pct_start = 0.1;  // PyTorch divides by zero
  EXPECT_DOUBLE_EQ(OneCycleLr(options, 0)(0).lr, 1);
}

TEST(OneCycleLrTest, KeepsTheOptimizersMomentumUnlessItIsCycled) {
  OneCycleLrOptions options = SmallCycle();
  options.cycle_momentum = false;
  EXPECT_EQ(OneCycleLr(options, 0.7)(4).momentum, 0.7);
}

TEST(OneCycleLrTest, RefusesWhatIsOutOfRange) {
  const auto refused = [](auto change) {
    OneCycleLrOptions options = SmallCycle();
    change(options);
    try {
      OneCycleLr(options, 0);
    } catch (const std::invalid_argument&) {
      return true;
    }
    return false;
  };
  EXPECT_TRUE(refused([](auto& options) { options.total_steps = 0; }));
  EXPECT_TRUE(refused([](auto& options) { options.pct_start = 1.5; }));
  EXPECT_TRUE(refused([](auto& options) { options.div_factor = 0; }));
  EXPECT_TRUE(refused([](auto& options) { options.final_div_factor = 0; }));
  EXPECT_TRUE(refused([](auto& options) { options.max_lr = -1; }));
  EXPECT_TRUE(refused([](auto& options) { options.base_momentum = 0.9; }));
}

}  // namespace
}  // namespace lrsweep
