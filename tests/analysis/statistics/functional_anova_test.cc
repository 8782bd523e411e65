// Expected shares are sums of squares by statsmodels 0.15 (ols, anova_lm) and by least squares on
// indicator columns in numpy.
#include "analysis/statistics/functional_anova.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <stdexcept>

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// Repetitions of one point.
void Add(std::vector<GridPoint>& points, const std::string& type, const Parameters& parameters,
         const std::vector<double>& values) {
  for (const double value : values) points.push_back({type, parameters, value});
}

std::vector<GridPoint> CrossedGrid() {
  std::vector<GridPoint> points;
  Add(points, "StepLR", {{"batch_size", "32"}, {"lr", "0.01"}}, {0.896, 0.893});
  Add(points, "StepLR", {{"batch_size", "64"}, {"lr", "0.01"}}, {0.909, 0.912});
  Add(points, "StepLR", {{"batch_size", "128"}, {"lr", "0.01"}}, {0.906, 0.901});
  Add(points, "StepLR", {{"batch_size", "32"}, {"lr", "0.1"}}, {0.917, 0.916});
  Add(points, "StepLR", {{"batch_size", "64"}, {"lr", "0.1"}}, {0.934, 0.938});
  Add(points, "StepLR", {{"batch_size", "128"}, {"lr", "0.1"}}, {0.921, 0.914});
  return points;
}

std::vector<GridPoint> NestedGrid() {
  std::vector<GridPoint> points;
  Add(points, "CyclicLR", {{"lr", "0.01"}, {"max_lr", "0.05"}}, {925, 939});
  Add(points, "CyclicLR", {{"lr", "0.1"}, {"max_lr", "0.05"}}, {923, 987});
  Add(points, "CyclicLR", {{"lr", "0.01"}, {"max_lr", "0.1"}}, {915, 980});
  Add(points, "CyclicLR", {{"lr", "0.1"}, {"max_lr", "0.1"}}, {971, 975});
  Add(points, "CyclicLR", {{"lr", "0.01"}, {"max_lr", "0.5"}}, {910, 935});
  Add(points, "CyclicLR", {{"lr", "0.1"}, {"max_lr", "0.5"}}, {956, 944});
  Add(points, "StepLR", {{"gamma", "0.1"}, {"lr", "0.01"}}, {959, 960});
  Add(points, "StepLR", {{"gamma", "0.1"}, {"lr", "0.1"}}, {959, 905});
  Add(points, "StepLR", {{"gamma", "0.5"}, {"lr", "0.01"}}, {986, 950});
  Add(points, "StepLR", {{"gamma", "0.5"}, {"lr", "0.1"}}, {981, 924});
  Add(points, "ConstantLR", {{"lr", "0.01"}}, {932, 979});
  Add(points, "ConstantLR", {{"lr", "0.1"}}, {916, 905});
  return points;
}

const ParameterImportance& Of(const Importance& importance, const std::string& name) {
  for (const ParameterImportance& parameter : importance.parameters) {
    if (parameter.name == name) return parameter;
  }
  throw std::out_of_range(name);
}

std::vector<std::string> Names(const Importance& importance) {
  std::vector<std::string> names;
  for (const auto& parameter : importance.parameters) names.push_back(parameter.name);
  return names;
}

double Sum(const Importance& importance) {
  double sum = importance.interactions + importance.repetitions;
  for (const auto& parameter : importance.parameters) sum += parameter.share;
  return sum;
}

TEST(ImportanceTest, CrossedGridIsATwoWayAnova) {
  const Importance importance = ExplainVariance(CrossedGrid());
  EXPECT_NEAR(importance.variance, 0.00017124305555555537, 1e-16);
  EXPECT_THAT(Names(importance), ElementsAre("lr", "batch_size"));
  EXPECT_NEAR(Of(importance, "lr").share, 0.613529, 1e-6);
  EXPECT_NEAR(Of(importance, "batch_size").share, 0.326128, 1e-6);
  EXPECT_NEAR(importance.interactions, 0.033821, 1e-6);
  EXPECT_NEAR(importance.repetitions, 0.026522, 1e-6);
  EXPECT_TRUE(importance.complete) << importance.missing;
}

TEST(ImportanceTest, ParametersOfOneTypeAreNestedInIt) {
  const Importance importance = ExplainVariance(NestedGrid());
  EXPECT_NEAR(importance.variance, 716.8333333333334, 1e-9);
  EXPECT_THAT(Names(importance), ElementsAre("max_lr", "type", "gamma", "lr"));
  EXPECT_NEAR(Of(importance, "max_lr").share, 0.070458420522359, 1e-12);
  EXPECT_NEAR(Of(importance, "type").share, 0.06203983569712484, 1e-12);
  EXPECT_NEAR(Of(importance, "gamma").share, 0.0244419902348289, 1e-12);
  EXPECT_NEAR(Of(importance, "lr").share, 0.0013950244129272262, 1e-12);
  EXPECT_NEAR(importance.interactions, 0.28673564287374986, 1e-12);
  EXPECT_NEAR(importance.repetitions, 0.5549290862590095, 1e-12);
  EXPECT_EQ(Of(importance, "max_lr").within, "CyclicLR");
  EXPECT_EQ(Of(importance, "lr").within, "");
  EXPECT_EQ(Of(importance, "type").within, "");
  EXPECT_TRUE(importance.complete) << importance.missing;
}

TEST(ImportanceTest, LevelsTellTheirMeansNumbersAscendingThenTexts) {
  const Importance importance = ExplainVariance(CrossedGrid());
  const std::vector<LevelEffect>& levels = Of(importance, "batch_size").levels;
  ASSERT_EQ(levels.size(), 3U);
  EXPECT_EQ(levels[0].value, "32");
  EXPECT_EQ(levels[1].value, "64");
  EXPECT_EQ(levels[2].value, "128");
  EXPECT_EQ(levels[0].summary.n, 4);
  EXPECT_NEAR(levels[0].summary.mean, (0.896 + 0.893 + 0.917 + 0.916) / 4, 1e-15);

  std::vector<GridPoint> mixed;
  for (const char* value : {"run", "1e-3", "-2", "[1, 2]", "nan", "10"}) {
    Add(mixed, "StepLR", {{"x", value}}, {1});
  }
  const Importance of_mixed = ExplainVariance(mixed);
  std::vector<std::string> values;
  for (const auto& level : Of(of_mixed, "x").levels) values.push_back(level.value);
  EXPECT_THAT(values, ElementsAre("-2", "1e-3", "10", "[1, 2]", "nan", "run"));
}

TEST(ImportanceTest, OneNameWithOtherValuesIsAnotherParameter) {
  std::vector<GridPoint> points;
  for (const char* gamma : {"0.1", "0.5"}) Add(points, "StepLR", {{"gamma", gamma}}, {1, 2});
  for (const char* gamma : {"0.9", "0.99"}) {
    Add(points, "ExponentialLR", {{"gamma", gamma}}, {gamma == std::string("0.9") ? 5.0 : 9.0, 7});
  }
  const Importance importance = ExplainVariance(points);
  EXPECT_TRUE(importance.complete) << importance.missing;
  EXPECT_THAT(Names(importance), ElementsAre("type", "gamma", "gamma"));
  EXPECT_EQ(importance.parameters[1].within, "ExponentialLR");
  EXPECT_EQ(importance.parameters[2].share, 0);
}

TEST(ImportanceTest, WhatDoesNotVaryIsNoParameter) {
  std::vector<GridPoint> points;
  for (const char* x : {"1", "2"}) Add(points, "StepLR", {{"momentum", "0.9"}, {"x", x}}, {1, 2});
  EXPECT_THAT(Names(ExplainVariance(points)), ElementsAre("x"));
}

TEST(ImportanceTest, EqualValuesHaveNothingToExplain) {
  std::vector<GridPoint> points;
  for (const char* x : {"1", "2", "3"}) Add(points, "StepLR", {{"x", x}}, {0.1, 0.1});
  const Importance importance = ExplainVariance(points);
  EXPECT_EQ(importance.variance, 0);
  EXPECT_EQ(Sum(importance), 0);
}

TEST(ImportanceTest, SaysWhichCombinationIsMissing) {
  std::vector<GridPoint> points = CrossedGrid();
  points.erase(points.begin(), points.begin() + 2);
  const Importance importance = ExplainVariance(points);
  EXPECT_FALSE(importance.complete);
  EXPECT_EQ(importance.missing, "StepLR with batch_size=32, lr=0.01 is missing");
  // Still the means of what is there.
  EXPECT_NEAR(Of(importance, "lr").levels[0].summary.mean, (0.909 + 0.912 + 0.906 + 0.901) / 4,
              1e-15);
  EXPECT_GT(Of(importance, "lr").share, 0.3);
}

TEST(ImportanceTest, SaysWhatIsRepeatedLessOften) {
  std::vector<GridPoint> points = NestedGrid();
  points.pop_back();
  EXPECT_EQ(ExplainVariance(points).missing, "ConstantLR with lr=0.1 has 1 of 2 repetitions");
}

TEST(ImportanceTest, SaysWhatOnlySomeOfATypeHave) {
  std::vector<GridPoint> points;
  Add(points, "StepLR", {{"optimizer", "Adam"}}, {1, 2});
  for (const char* momentum : {"0.8", "0.9"}) {
    Add(points, "StepLR", {{"momentum", momentum}, {"optimizer", "SGD"}}, {3, 5});
  }
  const Importance importance = ExplainVariance(points);
  EXPECT_FALSE(importance.complete);
  EXPECT_THAT(importance.missing, HasSubstr("not every StepLR trial has momentum"));
  // 0 within those that have it: that SGD is better is not momentum's.
  EXPECT_EQ(Of(importance, "momentum").share, 0);
}

TEST(ImportanceTest, FewerThanTwoPointsAreRefused) {
  EXPECT_THROW(ExplainVariance({}), std::invalid_argument);
  EXPECT_THROW(ExplainVariance({{"StepLR", {}, 1}}), std::invalid_argument);
}

/// Types with axes of their own and shared ones, in random order.
std::vector<GridPoint> RandomGrid(std::mt19937& random, int types, int repetitions) {
  std::vector<GridPoint> points;
  const int shared = 1 + static_cast<int>(random() % 3);
  for (int type = 0; type < types; ++type) {
    const int own = 1 + static_cast<int>(random() % 4);
    for (int a = 0; a < own; ++a) {
      for (int b = 0; b < shared; ++b) {
        for (int i = 0; i < repetitions; ++i) {
          points.push_back(
              {"type" + std::to_string(type),
               {{"own" + std::to_string(type), std::to_string(a)}, {"shared", std::to_string(b)}},
               static_cast<double>(random() % 1000)});
        }
      }
    }
  }
  std::shuffle(points.begin(), points.end(), random);
  return points;
}

TEST(ImportanceTest, SharesOfACompleteGridSumToOne) {
  std::mt19937 random;
  for (int round = 0; round < 50; ++round) {
    const Importance importance = ExplainVariance(RandomGrid(random, 1 + round % 4, 2));
    EXPECT_TRUE(importance.complete) << importance.missing;
    EXPECT_NEAR(Sum(importance), 1, 1e-12);
    for (const auto& parameter : importance.parameters) EXPECT_GE(parameter.share, 0);
  }
}

TEST(ImportanceTest, TenThousandPointsTakeLittle) {
  std::vector<GridPoint> points;
  for (int i = 0; i < 10'000; ++i) {
    Parameters parameters;
    for (int axis = 0, rest = i; axis < 8; ++axis, rest /= 3) {
      parameters.emplace_back("optimizer.axis" + std::to_string(axis), std::to_string(rest % 3));
    }
    points.push_back({"StepLR", parameters, static_cast<double>(i * 7919 % 10'007)});
  }
  const std::clock_t start = std::clock();
  EXPECT_EQ(ExplainVariance(points).parameters.size(), 8U);
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 2);
}

}  // namespace
}  // namespace lrsweep
