#include "analysis/statistics/pareto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ParetoTest, DominatedPointsAreNotOnTheFront) {
  EXPECT_THAT(ParetoFront({{3, 1}, {1, 3}, {2, 2}, {3, 3}, {2, 2.5}}), ElementsAre(1, 2, 0));
}

TEST(ParetoTest, EqualInOneAndWorseInTheOtherIsDominated) {
  EXPECT_THAT(ParetoFront({{1, 2}, {1, 3}, {2, 2}}), ElementsAre(0));
}

TEST(ParetoTest, EqualPointsAreAllOnTheFront) {
  EXPECT_THAT(ParetoFront({{1, 2}, {0, 3}, {1, 2}}), ElementsAre(1, 0, 2));
}

TEST(ParetoTest, PointsWithoutBothValuesAreNotOnTheFront) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(ParetoFront({{0, {}}, {{}, 0}, {{}, {}}, {nan, 0}, {0, nan}, {5, 5}}),
              ElementsAre(5));
  EXPECT_THAT(ParetoFront({}), IsEmpty());
}

/// The definition, pair by pair.
std::vector<size_t> FrontByDefinition(const std::vector<Tradeoff>& points) {
  std::vector<size_t> front;
  for (size_t i = 0; i < points.size(); ++i) {
    bool dominated = false;
    for (const Tradeoff& other : points) {
      dominated |= *other.first <= *points[i].first && *other.second <= *points[i].second &&
                   (*other.first < *points[i].first || *other.second < *points[i].second);
    }
    if (!dominated) front.push_back(i);
  }
  return front;
}

TEST(ParetoTest, IsTheDefinitionsFrontOnRandomPoints) {
  std::mt19937 random;
  for (int round = 0; round < 200; ++round) {
    std::vector<Tradeoff> points(30);
    for (Tradeoff& point : points) {
      point = {static_cast<double>(random() % 12), static_cast<double>(random() % 12)};
    }
    EXPECT_THAT(ParetoFront(points), testing::UnorderedElementsAreArray(FrontByDefinition(points)));
  }
}

}  // namespace
}  // namespace lrsweep
