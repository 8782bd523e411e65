#include "views/report/buckets.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace lrsweep {
namespace {

using testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(BucketsTest, BucketKeepsItsExtremesInTheirOrderAndItsMean) {
  const std::vector<double> values = {3, 1, 2, 5, 4, 6};
  const std::vector<Bucket> buckets = ToBuckets(values, 3);
  ASSERT_EQ(buckets.size(), 2U);
  EXPECT_EQ(buckets[0].first, 3);  // falls to 1
  EXPECT_EQ(buckets[0].second, 1);
  EXPECT_EQ(buckets[0].mean, 2);
  EXPECT_EQ(buckets[1].first, 4);  // rises to 6
  EXPECT_EQ(buckets[1].second, 6);
  EXPECT_EQ(buckets[1].mean, 5);
}

TEST(BucketsTest, EveryValueIsInOneBucket) {
  std::vector<double> values(1000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  const std::vector<Bucket> buckets = ToBuckets(values, 143);
  ASSERT_EQ(buckets.size(), 7U);
  double next = 0;
  for (const Bucket& bucket : buckets) {
    EXPECT_EQ(bucket.first, next);
    next = bucket.second + 1;
  }
  EXPECT_EQ(next, 1000);
  EXPECT_TRUE(ToBuckets({}, 1).empty());
}

TEST(BucketsTest, BucketsHoldAsManyValuesAsTheyMust) {
  EXPECT_EQ(BucketSize(1000, 7), 143U);
  EXPECT_EQ(BucketSize(1000, 100), 10U);
  EXPECT_EQ(BucketSize(2, 100), 1U);
  EXPECT_EQ(BucketSize(0, 100), 1U);
}

TEST(BucketsTest, ValuesThatAreNotFiniteAreLeftOut) {
  const std::vector<double> values = {kNan, 2, kNan, kNan};
  const std::vector<Bucket> buckets = ToBuckets(values, 2);
  EXPECT_EQ(buckets[0].mean, 2);
  EXPECT_TRUE(std::isnan(buckets[1].first));
}

TEST(BucketsTest, KeepsTheFirstAndTheLastEpoch) {
  EXPECT_THAT(KeptEpochs(5, 100), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(KeptEpochs(20, 4), ElementsAre(1, 7, 13, 20));
  EXPECT_THAT(KeptEpochs(1, 4), ElementsAre(1));
  EXPECT_TRUE(KeptEpochs(0, 4).empty());
}

TEST(BucketsTest, RoundsToSignificantDigits) {
  EXPECT_EQ(Rounded(0.123456, 3), 0.123);
  EXPECT_EQ(Rounded(123456, 3), 123000);
  EXPECT_TRUE(std::isnan(Rounded(kNan, 3)));
}

}  // namespace
}  // namespace lrsweep
