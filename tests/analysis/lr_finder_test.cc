#include "analysis/lr_finder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace lrsweep {
namespace {

/// 300 rates from 1e-5 to 10, a factor of 1.047 apart.
std::vector<double> Rates() {
  std::vector<double> lr;
  for (int i = 0; i < 300; ++i) lr.push_back(1e-5 * std::pow(1e6, i / 299.0));
  return lr;
}

/// Flat at 2.3 up to a rate of 1e-3, falling by 1 per decade up to 1e-1, rising steeply after.
std::vector<double> Losses(const std::vector<double>& rates) {
  std::vector<double> losses;
  losses.reserve(rates.size());
  for (const double lr : rates) {
    const double decades = std::log10(lr);
    if (decades < -3) {
      losses.push_back(2.3);
    } else if (decades < -1) {
      losses.push_back(2.3 - (decades + 3));
    } else {
      losses.push_back(0.3 + 20 * (decades + 1) * (decades + 1));
    }
  }
  return losses;
}

TEST(LrFinderTest, FindsWhereTheLossFallsAndWhereItStops) {
  const auto lr = Rates();
  const auto test = ReadRangeTest(lr, Losses(lr));
  ASSERT_TRUE(test.has_value());
  // The moving average lags by up to 50 steps of 1/50 decade.
  EXPECT_GT(test->base_lr, 1e-3);
  EXPECT_LT(test->base_lr, 1e-2);
  EXPECT_GT(test->max_lr, 1e-1);
  EXPECT_LT(test->max_lr, 1);
  EXPECT_GT(test->steepest_lr, test->base_lr);
  EXPECT_LT(test->steepest_lr, test->max_lr);
  EXPECT_GT(test->last_stable_lr, test->max_lr);
  EXPECT_TRUE(test->diverged);
}

TEST(LrFinderTest, NanEndsWhatIsStable) {
  const auto lr = Rates();
  auto losses = Losses(lr);
  losses[200] = std::numeric_limits<double>::quiet_NaN();
  const auto test = ReadRangeTest(lr, losses);
  ASSERT_TRUE(test.has_value());
  EXPECT_EQ(test->last_stable_lr, lr[199]);
  EXPECT_TRUE(test->diverged);
}

TEST(LrFinderTest, LossThatFallsToTheEndDoesNotDiverge) {
  const auto lr = Rates();
  std::vector<double> losses;
  for (size_t i = 0; i < lr.size(); ++i) losses.push_back(2.3 - 0.005 * static_cast<double>(i));
  const auto test = ReadRangeTest(lr, losses);
  ASSERT_TRUE(test.has_value());
  EXPECT_FALSE(test->diverged);
  EXPECT_EQ(test->last_stable_lr, lr.back());
  EXPECT_EQ(test->max_lr, lr.back());
}

TEST(LrFinderTest, LossThatOnlyRisesTellsNothing) {
  const auto lr = Rates();
  std::vector<double> losses;
  for (size_t i = 0; i < lr.size(); ++i) losses.push_back(1 + static_cast<double>(i));
  EXPECT_FALSE(ReadRangeTest(lr, losses).has_value());
}

TEST(LrFinderTest, FewStepsTellNothing) {
  EXPECT_FALSE(ReadRangeTest({0.1, 0.2}, {2, 1}).has_value());
  EXPECT_FALSE(ReadRangeTest({}, {}).has_value());
}

}  // namespace
}  // namespace lrsweep
