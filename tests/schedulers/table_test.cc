#include "schedulers/table.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lrsweep {
namespace {

TEST(TableTest, GivesEachTickItsRateAndHoldsTheLast) {
  const Schedule schedule = Table({.rates = {0.1, 0.3, 0.0, 0.2}}, 0.7);
  EXPECT_EQ(schedule(0).lr, 0.1);
  EXPECT_EQ(schedule(1).lr, 0.3);
  EXPECT_EQ(schedule(2).lr, 0.0);
  EXPECT_EQ(schedule(3).lr, 0.2);
  EXPECT_EQ(schedule(1'000'000).lr, 0.2);
  EXPECT_EQ(schedule(1).momentum, 0.7);
}

TEST(TableTest, RefusesNoRateANegativeOneAndAFileThatIsNotRead) {
  EXPECT_THROW(Table({}, 0), std::invalid_argument);
  EXPECT_THROW(Table({.rates = {0.1, -0.1}}, 0), std::invalid_argument);
  EXPECT_THROW(Table({.rates = {0.1}, .file = "rates.csv"}, 0), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
