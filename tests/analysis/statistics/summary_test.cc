// Expected numbers are scipy 1.17's (scipy.stats.t, numpy.std).
#include "analysis/statistics/summary.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace lrsweep {
namespace {

TEST(SummaryTest, TellsMeanSpreadAndInterval) {
  const Summary summary = Summarize(std::vector{0.9812, 0.9835, 0.9807, 0.9821, 0.9829});
  EXPECT_EQ(summary.n, 5);
  EXPECT_NEAR(summary.mean, 0.98208, 1e-15);
  EXPECT_EQ(summary.least, 0.9807);
  EXPECT_EQ(summary.greatest, 0.9835);
  EXPECT_NEAR(summary.sd.value(), 0.0011584472366059806, 1e-15);
  EXPECT_NEAR(summary.interval95.value().low, 0.9806415977724878, 1e-12);
  EXPECT_NEAR(summary.interval95.value().high, 0.9835184022275123, 1e-12);
}

TEST(SummaryTest, OneValueHasNoSpread) {
  const Summary summary = Summarize(std::vector{0.7});
  EXPECT_EQ(summary.n, 1);
  EXPECT_EQ(summary.mean, 0.7);
  EXPECT_FALSE(summary.sd);
  EXPECT_FALSE(summary.interval95);
}

TEST(SummaryTest, EqualValuesHaveExactlyTheirMean) {
  const Summary summary = Summarize(std::vector<double>(7, 0.1));
  EXPECT_EQ(summary.mean, 0.1);
  EXPECT_EQ(summary.sd, 0);
  EXPECT_EQ(summary.interval95.value().low, 0.1);
  EXPECT_EQ(summary.interval95.value().high, 0.1);
}

TEST(SummaryTest, NothingIsRefused) {
  EXPECT_THROW(Summarize(std::vector<double>{}), std::invalid_argument);
}

TEST(Summarize, AnIntervalIsCutAtTheRangeOfTheValues) {
  // By scipy.stats.t.interval(0.95, 2, ...): 0.99 -+ 0.0430265 and 0.01 -+ 0.0430265.
  Summary high = Summarize(std::vector{1.0, 1.0, 0.97});
  EXPECT_NEAR(high.interval95->high, 1.0330265272974946, 1e-12);
  CutInterval(high, 0, 1);
  EXPECT_NEAR(high.interval95->low, 0.9469734727025054, 1e-12);
  EXPECT_EQ(high.interval95->high, 1);
  Summary low = Summarize(std::vector{0.0, 0.0, 0.03});
  CutInterval(low, 0, 1);
  EXPECT_EQ(low.interval95->low, 0);
  EXPECT_NEAR(low.interval95->high, 0.0530265272974946, 1e-12);
  Summary one = Summarize(std::vector{0.7});
  CutInterval(one, 0, 1);
  EXPECT_FALSE(one.interval95);
}

struct Quantile {
  double confidence;
  int64_t degrees;
  double t;
};

class StudentTest : public testing::TestWithParam<Quantile> {};

TEST_P(StudentTest, IsScipys) {
  const Quantile& expected = GetParam();
  EXPECT_NEAR(StudentQuantile(expected.confidence, expected.degrees) / expected.t, 1, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(
    Scipy, StudentTest,
    testing::Values(Quantile{0.95, 1, 12.706204736174694}, Quantile{0.95, 2, 4.302652729749462},
                    Quantile{0.95, 3, 3.1824463052837078}, Quantile{0.95, 4, 2.7764451051977934},
                    Quantile{0.95, 11, 2.200985160091639}, Quantile{0.95, 30, 2.0422724563012378},
                    Quantile{0.95, 99, 1.9842169515864174},
                    Quantile{0.95, 10'000, 1.960201239890626}, Quantile{0.6, 5, 0.9195437802408267},
                    Quantile{0.99, 7, 3.4994832973504924}, Quantile{0.5, 4, 0.7406970841126829},
                    Quantile{0.01, 6, 0.013064378850802028},
                    Quantile{1e-6, 3, 1.3603495232353463e-06},
                    Quantile{0.999999, 1, 636619.7723487513},
                    Quantile{0.999999, 2, 999.9992499854659}));

TEST(StudentTest, RefusesWhatIsNoProbabilityOrNoFreedom) {
  for (const double confidence : {0.0, 1.0, -1.0, 2.0}) {
    EXPECT_THROW(StudentQuantile(confidence, 5), std::invalid_argument);
  }
  EXPECT_THROW(StudentQuantile(0.95, 0), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
