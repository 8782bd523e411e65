#include "schedulers/piecewise.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lrsweep {
namespace {

TEST(PiecewiseLinearTest, GoesFromPointToPoint) {
  const Schedule schedule = PiecewiseLinear({{{2, 0.5}, {4, 1.0}, {8, 0.0}}}, 0.7);
  EXPECT_DOUBLE_EQ(schedule(0).lr, 0.5);  // held before the first
  EXPECT_DOUBLE_EQ(schedule(3).lr, 0.75);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 1.0);
  EXPECT_DOUBLE_EQ(schedule(5).lr, 0.75);
  EXPECT_DOUBLE_EQ(schedule(8).lr, 0.0);
  EXPECT_DOUBLE_EQ(schedule(9).lr, 0.0);  // and after the last
  EXPECT_EQ(schedule(5).momentum, 0.7);
}

TEST(PiecewiseLinearTest, RefusesPointsThatDoNotIncrease) {
  EXPECT_THROW(PiecewiseLinear({}, 0), std::invalid_argument);
  EXPECT_THROW(PiecewiseLinear({{{2, 0.5}, {2, 1.0}}}, 0), std::invalid_argument);
  EXPECT_THROW(PiecewiseLinear({{{2, -0.5}}}, 0), std::invalid_argument);
}

TEST(PiecewiseConstantTest, HoldsEachRateFromItsTickOn) {
  const Schedule schedule = PiecewiseConstant({{{2, 0.5}, {4, 1.0}, {8, 0.0}}}, 0.7);
  EXPECT_EQ(schedule(0).lr, 0.5);  // held before the first
  EXPECT_EQ(schedule(3).lr, 0.5);
  EXPECT_EQ(schedule(4).lr, 1.0);
  EXPECT_EQ(schedule(7).lr, 1.0);
  EXPECT_EQ(schedule(8).lr, 0.0);
  EXPECT_EQ(schedule(1000).lr, 0.0);
  EXPECT_EQ(schedule(5).momentum, 0.7);
}

TEST(PiecewiseConstantTest, RefusesNoPointsAndTicksThatDoNotIncrease) {
  EXPECT_THROW(PiecewiseConstant({}, 0), std::invalid_argument);
  EXPECT_THROW(PiecewiseConstant({{{2, 0.5}, {2, 1.0}}}, 0), std::invalid_argument);
  EXPECT_THROW(PiecewiseConstant({{{2, -0.5}}}, 0), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
