#include "sweep/search/tpe/parzen_estimator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "sweep/search/random_bits.h"
#include "sweep/search/tpe/tpe_sampler.h"

namespace lrsweep {
namespace {

/// What make_parzen_estimator.py wrote.
std::vector<std::istringstream> GoldenLines() {
  std::ifstream file(LRSWEEP_SOURCE_DIR "/tests/golden/parzen_estimator.txt");
  std::vector<std::istringstream> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with('#')) lines.emplace_back(line);
  }
  return lines;
}

std::vector<double> NumbersOf(std::istringstream& line) {
  std::vector<double> numbers;
  for (double number = 0; line >> number;) numbers.push_back(number);
  return numbers;
}

ParzenDimension DimensionOf(std::istringstream& line) {
  std::string kind;
  line >> kind;
  const std::vector<double> numbers = NumbersOf(line);
  ParzenDimension dimension;
  if (kind == "categories") {
    dimension.categories.assign(static_cast<size_t>(numbers.at(0)), 1.0);
    return dimension;
  }
  dimension.low = numbers.at(0);
  dimension.high = numbers.at(1);
  dimension.step = numbers.at(2);
  dimension.is_log = numbers.at(3) != 0;
  return dimension;
}

TEST(ParzenEstimatorTest, DensitiesAreOptunas) {
  std::string name;
  std::vector<ParzenDimension> dimensions;
  std::vector<ParzenPoint> observations;
  int compared = 0;
  for (std::istringstream& line : GoldenLines()) {
    std::string word;
    line >> word;
    if (word == "case") {
      line >> name;
      dimensions.clear();
      observations.clear();
    } else if (word == "dimension") {
      dimensions.push_back(DimensionOf(line));
    } else if (word == "observation") {
      observations.push_back(NumbersOf(line));
    } else if (word == "density") {
      double expected = 0;
      line >> expected;
      const ParzenEstimator estimator(dimensions, observations);
      const double density = estimator.LogDensities({NumbersOf(line)}).front();
      EXPECT_NEAR(density, expected, 1e-9 * std::max(1.0, std::abs(expected))) << name;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 6 * (6 * 4 + 6));
}

TEST(ParzenEstimatorTest, TheBestTrialsAreOptunas) {
  int compared = 0;
  std::vector<std::optional<double>> values;
  bool is_max = false;
  for (std::istringstream& line : GoldenLines()) {
    std::string word;
    line >> word;
    if (word == "split") {
      std::string direction;
      line >> direction;
      is_max = direction == "maximize";
      values.clear();
      for (const double value : NumbersOf(line)) values.emplace_back(value);
    } else if (word == "best") {
      std::vector<bool> expected(values.size());
      for (const double number : NumbersOf(line)) expected.at(static_cast<size_t>(number)) = true;
      EXPECT_EQ(TpeSampler({}, 0, is_max).Best(values), expected) << values.size();
      ++compared;
    }
  }
  EXPECT_EQ(compared, 8);
}

/// Numbers of [0, 1).
std::function<double()> Fractions() {
  return [counter = uint64_t{0}]() mutable {
    return static_cast<double>(RandomBits(1, counter++) >> 11) * 0x1p-53;
  };
}

TEST(ParzenEstimatorTest, DrawsFollowTheDensity) {
  const std::vector<ParzenDimension> dimensions = {{.low = 2, .high = 6, .step = 1},
                                                   {.categories = {1, 2, 1}}};
  const ParzenEstimator estimator(dimensions, {{3, 0}, {3, 2}, {6, 2}});
  constexpr int kDraws = 50'000;
  std::map<ParzenPoint, int> counts;
  const auto fraction = Fractions();
  for (int i = 0; i < kDraws; ++i) ++counts[estimator.Draw(fraction)];
  double sum = 0;
  for (double number = 2; number <= 6; ++number) {
    for (double category = 0; category < 3; ++category) {
      const ParzenPoint point = {number, category};
      const double density = std::exp(estimator.LogDensities({point}).front());
      const double spread = std::sqrt(density * (1 - density) / kDraws);
      EXPECT_NEAR(counts[point] / static_cast<double>(kDraws), density, 5 * spread) << number;
      sum += density;
    }
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(ParzenEstimatorTest, DrawsStayWithinTheBounds) {
  const std::vector<ParzenDimension> dimensions = {
      {.low = 0.001, .high = 1, .is_log = true}, {.low = -1, .high = 1}, {.low = 0.1, .high = 0.9}};
  const ParzenEstimator estimator(dimensions, {{0.001, 1, 0.5}, {1, -1, 0.5}, {0.5, 1, 0.9}});
  const auto fraction = Fractions();
  for (int i = 0; i < 2000; ++i) {
    const ParzenPoint point = estimator.Draw(fraction);
    for (size_t axis = 0; axis < point.size(); ++axis) {
      EXPECT_GE(point[axis], dimensions[axis].low);
      EXPECT_LE(point[axis], dimensions[axis].high);
    }
  }
}

}  // namespace
}  // namespace lrsweep
