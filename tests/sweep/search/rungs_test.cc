// Expected rungs, sizes and brackets were computed by exact fractions in Python, from the papers'
// formulas; those of 81 epochs are the ones in Li et al., table 1.
#include "sweep/search/rungs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace lrsweep {
namespace {

using testing::ElementsAre;

std::vector<std::string> Ids(size_t count) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < count; ++i) ids.push_back(std::to_string(i * 7919 % 100'003 + 100'000));
  return ids;
}

TEST(RungsTest, BudgetsAreSharesOfTheRunDownToTheGracePeriod) {
  EXPECT_THAT(Budgets(20, 2, 3), ElementsAre(2, 6, 20));
  EXPECT_THAT(Budgets(81, 1, 3), ElementsAre(1, 3, 9, 27, 81));
  EXPECT_THAT(Budgets(100, 7, 4), ElementsAre(25, 100));
  EXPECT_THAT(Budgets(50, 1, 7), ElementsAre(1, 7, 50));
  EXPECT_THAT(Budgets(8, 8, 2), ElementsAre(8));
}

TEST(RungsTest, EachRungKeepsItsShareRoundedDown) {
  EXPECT_THAT(RungsOf(69, {2, 6, 20}, 0, 3),
              ElementsAre(Rung{0, 2, 69}, Rung{1, 6, 23}, Rung{2, 20, 7}));
  EXPECT_THAT(RungsOf(100, {4, 8, 16, 32, 64}, 0, 2),
              ElementsAre(Rung{0, 4, 100}, Rung{1, 8, 50}, Rung{2, 16, 25}, Rung{3, 32, 12},
                          Rung{4, 64, 6}));
  EXPECT_THAT(RungsOf(10, {1, 3, 9, 27}, 1, 3),
              ElementsAre(Rung{1, 3, 10}, Rung{2, 9, 3}, Rung{3, 27, 1}));
}

TEST(RungsTest, OnePointGoesToTheLastRungAtOnce) {
  EXPECT_THAT(RungsOf(4, {1, 3, 9, 27}, 0, 3), ElementsAre(Rung{0, 1, 4}, Rung{3, 27, 1}));
  EXPECT_THAT(RungsOf(1, {2, 6, 20}, 0, 3), ElementsAre(Rung{2, 20, 1}));
}

std::vector<size_t> SizesOf(size_t points, int64_t brackets) {
  std::vector<size_t> sizes;
  for (const Bracket& bracket : DivideIntoBrackets(Ids(points), {1, 3, 9, 27, 81}, 3, brackets)) {
    sizes.push_back(bracket.points.size());
  }
  return sizes;
}

TEST(RungsTest, BracketsHaveHyperbandsProportions) {
  EXPECT_THAT(SizesOf(143, 5), ElementsAre(81, 34, 15, 8, 5));
  EXPECT_THAT(SizesOf(100, 5), ElementsAre(57, 24, 10, 6, 3));
  EXPECT_THAT(SizesOf(10, 5), ElementsAre(6, 2, 1, 1));
  EXPECT_THAT(SizesOf(3, 5), ElementsAre(2, 1));
  EXPECT_THAT(SizesOf(7, 1), ElementsAre(7));
}

TEST(RungsTest, EachBracketBeginsOneRungHigherAndEveryPointIsInOne) {
  const auto brackets = DivideIntoBrackets(Ids(143), {1, 3, 9, 27, 81}, 3, 5);
  std::set<size_t> points;
  for (size_t i = 0; i < brackets.size(); ++i) {
    EXPECT_EQ(brackets[i].bracket, static_cast<int64_t>(i));
    EXPECT_EQ(brackets[i].rungs.front().rung, static_cast<int64_t>(i));
    EXPECT_EQ(brackets[i].rungs.back().budget, 81);
    EXPECT_TRUE(std::is_sorted(brackets[i].points.begin(), brackets[i].points.end()));
    points.insert(brackets[i].points.begin(), brackets[i].points.end());
  }
  EXPECT_EQ(points.size(), 143U);
}

TEST(RungsTest, BracketOfAPointFollowsFromItsIdAndNotFromItsPlace) {
  const auto one = DivideIntoBrackets({"c", "a", "b", "d"}, {1, 3}, 3, 2);
  const auto other = DivideIntoBrackets({"d", "c", "b", "a"}, {1, 3}, 3, 2);
  ASSERT_EQ(one.size(), 2U);
  EXPECT_THAT(one[0].points, ElementsAre(1, 2));  // weights 3 and 2: 2.4 and 1.6 of 4
  EXPECT_THAT(other[0].points, ElementsAre(2, 3));
}

TEST(RungsTest, MeanNeedsEverySeed) {
  EXPECT_EQ(MeanOfSeeds({0.5, 0.25}), 0.375);
  EXPECT_EQ(MeanOfSeeds({0.1, 0.2, 0.3}), MeanOfSeeds({0.3, 0.1, 0.2}));
  EXPECT_FALSE(MeanOfSeeds({0.5, std::nullopt}).has_value());
  EXPECT_FALSE(MeanOfSeeds({}).has_value());
}

TEST(RungsTest, PlacesPutWhatHasNoValueLastAndKeepTheOrderOfEqualOnes) {
  EXPECT_THAT(PlacesOf({0.2, std::nullopt, 0.9, 0.2, std::nullopt}, true),
              ElementsAre(1, 3, 0, 2, 4));
  EXPECT_THAT(PlacesOf({0.2, std::nullopt, 0.9, 0.2}, false), ElementsAre(0, 3, 2, 1));
}

}  // namespace
}  // namespace lrsweep
