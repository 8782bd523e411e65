#include "schedulers/compose.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>

#include "schedulers/cosine.h"
#include "schedulers/decay.h"

namespace lrsweep {
namespace {

Schedule Constant(double lr, double momentum) {
  return [=](int64_t) { return Rates{lr, momentum}; };
}
Schedule Counting() {
  return [](int64_t tick) { return Rates{static_cast<double>(tick), 0}; };
}

TEST(SequentialLrTest, StartsEachScheduleAtItsOwnZero) {
  const Schedule schedule = SequentialLr({Counting(), Counting(), Counting()}, {3, 5});
  EXPECT_EQ(schedule(2).lr, 2);
  EXPECT_EQ(schedule(3).lr, 0);
  EXPECT_EQ(schedule(4).lr, 1);
  EXPECT_EQ(schedule(5).lr, 0);
  EXPECT_EQ(schedule(15).lr, 10);
}

TEST(SequentialLrTest, HasTheMomentumOfTheActingSchedule) {
  const Schedule schedule = SequentialLr({Constant(1, 0.5), Constant(1, 0.9)}, {3});
  EXPECT_EQ(schedule(2).momentum, 0.5);
  EXPECT_EQ(schedule(3).momentum, 0.9);
}

TEST(SequentialLrTest, IsTheSameNestedOrFlat) {
  const Rates optimizer = {.lr = 0.1, .momentum = 0.9};
  const Schedule first = LinearLr({}, optimizer);
  const Schedule second = StepLr({.step_size = 2}, optimizer);
  const Schedule third = CosineAnnealingLr({.t_max = 9}, optimizer);
  const Schedule flat = SequentialLr({first, second, third}, {5, 11});
  const Schedule left = SequentialLr({SequentialLr({first, second}, {5}), third}, {11});
  const Schedule right = SequentialLr({first, SequentialLr({second, third}, {6})}, {5});
  for (int64_t tick = 0; tick < 30; ++tick) {
    EXPECT_EQ(left(tick).lr, flat(tick).lr) << tick;
    EXPECT_EQ(right(tick).lr, flat(tick).lr) << tick;
  }
}

TEST(SequentialLrTest, RefusesMilestonesThatDoNotFit) {
  EXPECT_THROW(SequentialLr({Counting()}, {3}), std::invalid_argument);
  EXPECT_THROW(SequentialLr({Counting(), Counting()}, {}), std::invalid_argument);
  EXPECT_THROW(SequentialLr({Counting(), Counting()}, {0}), std::invalid_argument);
  EXPECT_THROW(SequentialLr({Counting(), Counting(), Counting()}, {3, 3}), std::invalid_argument);
}

TEST(ChainedTest, MultipliesTheFactors) {
  const Schedule schedule = Chained({Constant(0.5, 0), Counting()}, {.lr = 0.2, .momentum = 0.7});
  EXPECT_DOUBLE_EQ(schedule(0).lr, 0);
  EXPECT_DOUBLE_EQ(schedule(3).lr, 0.3);
  EXPECT_EQ(schedule(3).momentum, 0.7);
  EXPECT_THROW(Chained({}, {}), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
