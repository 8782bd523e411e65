#include "schedulers/cosine.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lrsweep {
namespace {

TEST(CosineAnnealingLrTest, FallsToEtaMinAndClimbsBack) {
  const Schedule schedule = CosineAnnealingLr({.t_max = 4, .eta_min = 0.2}, {.lr = 1.0});
  EXPECT_DOUBLE_EQ(schedule(0).lr, 1.0);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.6);  // halfway
  EXPECT_DOUBLE_EQ(schedule(4).lr, 0.2);
  EXPECT_DOUBLE_EQ(schedule(6).lr, 0.6);
  EXPECT_DOUBLE_EQ(schedule(8).lr, 1.0);
}

TEST(CosineAnnealingLrTest, RefusesATMaxBelowOne) {
  EXPECT_THROW(CosineAnnealingLr({.t_max = 0}, {.lr = 0.1}), std::invalid_argument);
}

TEST(CosineAnnealingWarmRestartsTest, RestartsAfterEveryCycle) {
  const Schedule schedule =
      CosineAnnealingWarmRestarts({.t_0 = 4, .eta_min = 0.2}, {.lr = 1.0, .momentum = 0.7});
  EXPECT_DOUBLE_EQ(schedule(0).lr, 1.0);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.6);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 1.0);
  EXPECT_DOUBLE_EQ(schedule(4'000'002).lr, 0.6);
  EXPECT_EQ(schedule(3).momentum, 0.7);
}

TEST(CosineAnnealingWarmRestartsTest, MakesEachCycleTMultTimesAsLong) {
  const Schedule schedule = CosineAnnealingWarmRestarts({.t_0 = 2, .t_mult = 3}, {.lr = 1.0});
  for (const int64_t restart : {0, 2, 8, 26, 80, 242}) {
    EXPECT_EQ(schedule(restart).lr, 1.0) << restart;
    EXPECT_LT(schedule(restart + 1).lr, 1.0) << restart;
  }
  EXPECT_DOUBLE_EQ(schedule(5).lr, 0.5);  // half of the second cycle
  EXPECT_LT(schedule(79).lr, 0.01);       // just before a restart
}

TEST(CosineAnnealingWarmRestartsTest, FindsTheCycleOfAnyTick) {
  // The restarts of doubling cycles are at 2^n - 1, where a logarithm would be off by rounding.
  const Schedule schedule = CosineAnnealingWarmRestarts({.t_0 = 1, .t_mult = 2}, {.lr = 1.0});
  for (int n = 1; n < 63; ++n) {
    EXPECT_EQ(schedule((int64_t{1} << n) - 1).lr, 1.0) << n;
  }
  const Schedule wide =
      CosineAnnealingWarmRestarts({.t_0 = 1, .t_mult = int64_t{1} << 40}, {.lr = 1.0});
  EXPECT_EQ(wide((int64_t{1} << 40) + 1).lr, 1.0);
}

TEST(CosineAnnealingWarmRestartsTest, RefusesSizesBelowOne) {
  EXPECT_THROW(CosineAnnealingWarmRestarts({.t_0 = 0}, {}), std::invalid_argument);
  EXPECT_THROW(CosineAnnealingWarmRestarts({.t_0 = 1, .t_mult = 0}, {}), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
