// Expected numbers: limma's fitFDist and the whole race written again in Python with numpy 2.4 and
// scipy 1.17 (scipy.special.polygamma, scipy.stats.t).
#include "analysis/statistics/race.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

namespace lrsweep {
namespace {

using testing::ElementsAre;

using Values = std::vector<std::vector<double>>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr RaceRules kEight{.rounds = 8};

// The last group scatters three times more than the others.
const Values kSix = {{-0.49, -0.32, 0.22, -0.53, -0.35, -1.92, 0.03, 2.04},
                     {-1.74, -0.56, -2.58, -2.58, -2.7, -1.63, -1.61, 1.21},
                     {-2.84, -2.89, -5.79, -4.43, -3.5, -3.88, -4.47, -2.14},
                     {-3.98, -3.51, -2.21, -4.7, -3.49, -3.11, -3.52, -1.77},
                     {-5.89, -5.64, -7.5, -6.81, -5.1, -8.54, -5.08, -4.54},
                     {-21.92, -13.7, -17.99, -24.49, -20.23, -19.26, -20.51, -16.61}};

Values UpTo(Values values, int64_t rounds) {
  for (std::vector<double>& group : values) group.resize(static_cast<size_t>(rounds));
  return values;
}

TEST(RaceTest, GroupsThatAreBehindBeyondDoubtLeave) {
  const RaceState state = FollowRace(kSix, kEight);
  EXPECT_THAT(state.left_after, ElementsAre(0, 0, 4, 4, 3, 3));
  EXPECT_THAT(state.Remaining(), ElementsAre(0, 1));
  EXPECT_EQ(state.rounds, 8);
  EXPECT_TRUE(state.IsOver(kEight));
}

TEST(RaceTest, IsFollowedAsFarAsThereAreValues) {
  for (int64_t rounds = 0; rounds <= 4; ++rounds) {
    const RaceState state = FollowRace(UpTo(kSix, rounds), kEight);
    EXPECT_EQ(state.rounds, rounds);
    EXPECT_FALSE(state.IsOver(kEight));
    EXPECT_EQ(state.Remaining().size(), rounds < 3 ? 6 : rounds < 4 ? 4 : 2);
  }
  Values values = UpTo(kSix, 6);
  values[1].pop_back();  // a round is decided when all that remain have a value of it
  EXPECT_EQ(FollowRace(values, kEight).rounds, 5);
  values[5].resize(3);  // has left
  EXPECT_EQ(FollowRace(values, kEight).rounds, 5);
}

TEST(RaceTest, EqualGroupsRaceToTheLastSeed) {
  const Values equal(3, {0.5, 0.7, 0.6, 0.5});
  const RaceState state = FollowRace(equal, {.rounds = 4});
  EXPECT_THAT(state.Remaining(), ElementsAre(0, 1, 2));
  EXPECT_EQ(state.rounds, 4);
  EXPECT_TRUE(state.IsOver({.rounds = 4}));
}

TEST(RaceTest, AConstantDifferenceIsBeyondDoubt) {
  const Values values = {{0.5, 0.7, 0.6}, {0.75, 0.95, 0.85}};
  EXPECT_THAT(FollowRace(values, {.rounds = 4}).left_after, ElementsAre(3, 0));
}

TEST(RaceTest, WhatDiffersByItsRoundingAloneTies) {
  const double high = 0.1 + 0.2;
  ASSERT_GT(high, 0.3);
  const Values values = {{0.3, 0.3, 0.3, 0.3}, {high, high, high, high}};
  EXPECT_THAT(FollowRace(values, {.rounds = 4}).Remaining(), ElementsAre(0, 1));
}

TEST(RaceTest, AGroupThatDivergesLeaves) {
  Values values(3, {0.5, 0.7, 0.6, 0.5});
  values[1] = {0.9, kNan, 0.9};
  values[2][3] = -std::numeric_limits<double>::infinity();
  EXPECT_THAT(FollowRace(values, {.rounds = 4}).left_after, ElementsAre(0, 3, 4));
}

TEST(RaceTest, WhereAllDivergeNoneLeaves) {
  const Values values = {{0.1, kNan, 0.2, 0.1}, {kNan, 9.0, 9.0, 9.0}, {0.1, kNan, 0.2, kNan}};
  EXPECT_THAT(FollowRace(values, {.rounds = 4}).left_after, ElementsAre(0, 0, 0));
}

TEST(RaceTest, OneGroupOrNoneIsOverAtOnce) {
  EXPECT_TRUE(FollowRace(Values{{}}, kEight).IsOver(kEight));
  EXPECT_TRUE(FollowRace(Values{}, kEight).IsOver(kEight));
  EXPECT_FALSE(FollowRace(Values{{}, {}}, kEight).IsOver(kEight));
}

TEST(RaceTest, LessConfidenceDropsSooner) {
  const RaceState state = FollowRace(kSix, {.rounds = 8, .confidence = 0.6});
  EXPECT_THAT(state.left_after, ElementsAre(0, 5, 4, 4, 3, 3));
}

TEST(RaceTest, ManyGroupsAreDecidedOnASampleOfTheirPairs) {
  std::mt19937_64 random;
  Values values(1'000);
  for (size_t group = 0; group < values.size(); ++group) {
    for (int round = 0; round < 3; ++round) {
      const auto noise = static_cast<double>(random() % 1'000) / 1'000;
      values[group].push_back(noise - 10 * static_cast<double>(group));
    }
  }
  const std::vector<size_t> remaining = FollowRace(values, {.rounds = 12}).Remaining();
  EXPECT_GE(remaining.size(), 1);
  EXPECT_LE(remaining.size(), 2);
  EXPECT_EQ(remaining.front(), 0);
}

TEST(RaceTest, RefusesRulesThatMakeNoRace) {
  EXPECT_THROW(FollowRace(kSix, {.rounds = 2}), std::invalid_argument);
  EXPECT_THROW(FollowRace(kSix, {.rounds = 8, .confidence = 0.5}), std::invalid_argument);
  EXPECT_THROW(FollowRace(kSix, {.rounds = 8, .confidence = 1}), std::invalid_argument);
  EXPECT_THROW(FollowRace(kSix, {.rounds = 8, .confidence = kNan}), std::invalid_argument);
}

TEST(RaceTest, ThePriorOfVariancesIsLimmas) {
  const std::vector<double> scattered = {0.5, 1, 2, 4, 0.9, 1.1, 30, 0.02};
  const VariancePrior four = FitVariancePrior(scattered, 4);
  EXPECT_NEAR(four.variance, 0.525639641416904, 1e-9);
  EXPECT_NEAR(four.degrees, 1.20830192648901, 1e-8);
  const VariancePrior two = FitVariancePrior(scattered, 2);
  EXPECT_NEAR(two.variance, 0.88258288077804, 1e-9);
  EXPECT_NEAR(two.degrees, 1.48023708696557, 1e-8);

  const std::vector<double> alike = {1, 1.1, 0.9, 1.05};
  EXPECT_NEAR(FitVariancePrior(alike, 4).variance, 1.32319306281558, 1e-12);
  EXPECT_EQ(FitVariancePrior(alike, 4).degrees, std::numeric_limits<double>::infinity());

  const std::vector<double> zeros = {0, 1, 2, 0, 1.5};
  EXPECT_NEAR(FitVariancePrior(zeros, 3).variance, 0.000143546525273804, 1e-12);
  EXPECT_NEAR(FitVariancePrior(zeros, 3).degrees, 0.315725856686955, 1e-9);
}

TEST(RaceTest, OfOneVarianceOrNoneNothingIsKnown) {
  EXPECT_EQ(FitVariancePrior(std::vector<double>{1}, 3).degrees, 0);
  EXPECT_EQ(FitVariancePrior(std::vector<double>{0, 0, 0, 4}, 3).degrees, 0);
}

}  // namespace
}  // namespace lrsweep
