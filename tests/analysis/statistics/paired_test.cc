// Expected numbers: the exact p by scipy 1.17 (scipy.stats.permutation_test, permutation_type
// 'samples', n_resamples inf) and by counting in integers, the interval by scipy.stats.bootstrap
// with 1,000,000 resamples, Holm by statsmodels 0.15 (multipletests), pairs needed by statsmodels'
// TTestPower.
#include "analysis/statistics/paired.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <stdexcept>

namespace lrsweep {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

const std::vector<double> kTwelve = {0.0012, -0.0003, 0.0021, 0.0008, 0.0015, -0.0009,
                                     0.0011, 0.0004,  0.0018, 0.0002, 0.0007, 0.0013};
const std::vector<double> kTwenty = {2.4409,  -2.1557, 0.8181, -0.1678, -0.0526, 0.1844, -1.62,
                                     0.1681,  -0.4652, 3.723,  0.6258,  0.0474,  0.1187, -0.268,
                                     -0.6552, 0.0092,  0.8819, 0.1614,  1.3578,  0.2002};
const std::vector<double> kThirty = {
    -0.2518, 0.2253, 2.0637, 1.0591, -1.2414, 0.3948,  -0.2235, 0.5486,  -1.2082, 0.6418,
    0.6354,  1.9756, 0.7166, 0.9105, -1.0931, 2.6527,  -1.5156, 1.5018,  0.0701,  -0.4806,
    -0.2563, -0.272, 0.7802, 0.2899, 1.8826,  -1.4296, 0.3969,  -0.4921, 1.1759,  -1.7181};

TEST(PairedTest, IsExactWhereAllFlipsAreTried) {
  const PairedComparison twelve = ComparePaired(kTwelve);
  EXPECT_EQ(twelve.pairs, 12);
  EXPECT_NEAR(twelve.mean, 0.000825, 1e-15);
  EXPECT_EQ(twelve.p, 44.0 / 4096);
  EXPECT_EQ(twelve.smallest_p, 1.0 / 2048);
  EXPECT_EQ(ComparePaired(kTwenty).p, 387224.0 / 1048576);
}

TEST(PairedTest, TwentyPairsTakeMilliseconds) {
  const std::clock_t start = std::clock();
  ComparePaired(kTwenty);
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 0.05);
}

TEST(PairedTest, DrawsFlipsWhereTheyAreTooMany) {
  const PairedComparison thirty = ComparePaired(kThirty);
  // 238113120 of 2^30 flips; a draw of 2^17 has a standard error of 0.0011.
  EXPECT_NEAR(thirty.p, 0.2217601239681244, 0.0044);
  EXPECT_EQ(thirty.smallest_p, 1.0 / 131072);
  // Flips of 100 equal signs that are as extreme are never drawn: only the observed one counts.
  EXPECT_EQ(ComparePaired(std::vector<double>(100, 0.001)).p, 1.0 / 131072);
}

TEST(PairedTest, DifferencesThatTieButForTheirRoundingTie) {
  // kTwelve as differences of accuracies, which are counts of 10,000 images.
  for (int base = 9'500; base < 9'520; ++base) {
    std::vector<double> differences;
    for (const double difference : kTwelve) {
      const double other = std::round(base - difference * 10'000) / 10'000;
      differences.push_back(base / 10'000.0 - other);
    }
    EXPECT_EQ(ComparePaired(differences).p, 44.0 / 4096) << base;
  }
}

TEST(PairedTest, IntervalIsThePercentileBootstraps) {
  const Interval interval = ComparePaired(kTwelve).interval95.value();
  // The ends of 10,000 resamples scatter by about 2% of the width.
  EXPECT_NEAR(interval.low, 0.00034166667, 3e-5);
  EXPECT_NEAR(interval.high, 0.001275, 3e-5);
}

TEST(PairedTest, OrderOfThePairsDoesNotMatter) {
  for (const std::vector<double>& differences : {kTwelve, kThirty}) {
    std::vector<double> other = differences;
    std::reverse(other.begin(), other.end());
    std::swap(other[0], other[5]);
    const PairedComparison a = ComparePaired(differences);
    const PairedComparison b = ComparePaired(other);
    EXPECT_EQ(a.mean, b.mean);
    EXPECT_EQ(a.p, b.p);
    EXPECT_EQ(a.interval95->low, b.interval95->low);
    EXPECT_EQ(a.interval95->high, b.interval95->high);
  }
}

TEST(PairedTest, TheOtherWayRoundIsAsLikely) {
  for (const std::vector<double>& differences : {kTwelve, kThirty}) {
    std::vector<double> other = differences;
    for (double& difference : other) difference = -difference;
    EXPECT_EQ(ComparePaired(other).p, ComparePaired(differences).p);
  }
}

TEST(PairedTest, FewPairsShowNothing) {
  const PairedComparison five = ComparePaired(std::vector{0.5, 0.6, 0.7, 0.5, 0.6});
  EXPECT_EQ(five.p, 0.0625);
  EXPECT_EQ(five.smallest_p, 0.0625);
  const PairedComparison one = ComparePaired(std::vector{0.5});
  EXPECT_EQ(one.p, 1);
  EXPECT_FALSE(one.interval95);
}

TEST(PairedTest, NoDifferenceIsNoDifference) {
  const PairedComparison comparison = ComparePaired(std::vector<double>(8, 0.0));
  EXPECT_EQ(comparison.mean, 0);
  EXPECT_EQ(comparison.p, 1);
  EXPECT_THROW(ComparePaired(std::vector<double>{}), std::invalid_argument);
}

TEST(HolmTest, CorrectsInOrderOfP) {
  EXPECT_THAT(HolmAdjusted(std::vector{0.01, 0.04, 0.03, 0.005, 0.5}),
              ElementsAre(DoubleNear(0.04, 1e-15), DoubleNear(0.09, 1e-15), DoubleNear(0.09, 1e-15),
                          DoubleNear(0.025, 1e-15), 0.5));
  EXPECT_THAT(HolmAdjusted(std::vector{0.7, 0.8}), ElementsAre(1, 1));
  EXPECT_TRUE(HolmAdjusted({}).empty());
}

TEST(FewestPairsTest, IsWhereTheSmallestPReachesTheLevel) {
  EXPECT_EQ(FewestPairs(0.05, 1), 6);    // 2^-5 = 0.031
  EXPECT_EQ(FewestPairs(0.05, 10), 9);   // 2^-8 = 0.0039
  EXPECT_EQ(FewestPairs(0.0625, 1), 5);  // 2^-4 exactly
  EXPECT_THROW(FewestPairs(0, 1), std::invalid_argument);
  EXPECT_THROW(FewestPairs(0.05, 0), std::invalid_argument);
}

TEST(PairsNeededTest, IsTheTTestsSampleSize) {
  EXPECT_EQ(PairsNeeded(0.5, 1, 0.05, 1), 34);   // 33.37
  EXPECT_EQ(PairsNeeded(-0.3, 1, 0.05, 1), 90);  // 89.15
  EXPECT_EQ(PairsNeeded(0.2, 1, 0.05, 3), 265);  // 264.60
  EXPECT_EQ(PairsNeeded(0.1, 1, 0.05, 1), 787);  // 786.81
  EXPECT_NEAR(PairsNeeded(1, 1, 0.05, 1).value(), 9.94, 1);
}

TEST(PairsNeededTest, IsNoLessThanTheSignFlipTestNeeds) {
  EXPECT_EQ(PairsNeeded(9, 1, 0.05, 1), 6);
  EXPECT_EQ(PairsNeeded(9, 0, 0.05, 10), 9);
}

TEST(PairsNeededTest, NoneWhereNoNumberOrTooManyWouldDo) {
  EXPECT_FALSE(PairsNeeded(0, 1, 0.05, 1));
  EXPECT_FALSE(PairsNeeded(0.0886, 1, 0.05, 1));  // 1001.8
}

}  // namespace
}  // namespace lrsweep
