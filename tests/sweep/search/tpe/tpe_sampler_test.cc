#include "sweep/search/tpe/tpe_sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace lrsweep {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

using Values = std::vector<std::optional<double>>;

const std::vector<ParzenDimension> kUnit = {{.low = 0, .high = 1}};

/// Twenty points of the unit interval.
std::vector<ParzenPoint> Points() {
  std::vector<ParzenPoint> points;
  for (int i = 0; i < 20; ++i) points.push_back({(i * 7 % 20 + 0.5) / 20});
  return points;
}

Values DistancesTo(double best) {
  Values values;
  for (const ParzenPoint& point : Points()) values.emplace_back(std::abs(point[0] - best));
  return values;
}

TEST(TpeSamplerTest, ProposesNearTheBestPoints) {
  for (const bool more_is_better : {false, true}) {
    int near = 0;
    for (uint64_t key = 0; key < 20; ++key) {
      const double best = more_is_better ? 0.9 : 0.3;  // the farthest one from 0.1 is at the end
      const auto proposed = TpeSampler(kUnit, key, more_is_better)
                                .Propose(Points(), DistancesTo(more_is_better ? 0.1 : 0.3), 20);
      ASSERT_THAT(proposed, SizeIs(TpeSampler::kCandidates));
      if (std::abs(proposed.front()[0] - best) < 0.15) ++near;
    }
    EXPECT_GE(near, 17) << more_is_better;  // at random it would be 6 of 20
  }
}

TEST(TpeSamplerTest, CandidatesAreInTheOrderOfTheirGain) {
  const TpeSampler sampler(kUnit, 5, false);
  const Values values = DistancesTo(0.3);
  std::vector<ParzenPoint> best, others;
  const std::vector<bool> is_best = sampler.Best(values);
  for (size_t i = 0; i < values.size(); ++i) (is_best[i] ? best : others).push_back(Points()[i]);
  const ParzenEstimator of_best(kUnit, best), of_others(kUnit, others);
  const std::vector<ParzenPoint> candidates = sampler.Propose(Points(), values, 20);
  std::vector<double> gains = of_best.LogDensities(candidates);
  const std::vector<double> log_others = of_others.LogDensities(candidates);
  for (size_t i = 0; i < gains.size(); ++i) gains[i] -= log_others[i];
  ASSERT_THAT(gains, SizeIs(TpeSampler::kCandidates));
  EXPECT_TRUE(std::is_sorted(gains.rbegin(), gains.rend()));
}

TEST(TpeSamplerTest, AFailedTrialIsNeverAmongTheBest) {
  const Values values = {
      std::nullopt, 3, std::nullopt, 1, 2, std::nullopt, std::nullopt, 4, 5, 6, 7};
  EXPECT_THAT(
      TpeSampler(kUnit, 0, false).Best(values),
      ElementsAre(false, false, false, true, true, false, false, false, false, false, false));
  const Values failed(12);
  EXPECT_THAT(TpeSampler(kUnit, 0, false).Best(failed), Each(false));
  EXPECT_THAT(TpeSampler(kUnit, 0, false).Propose(Points(), failed, 20),
              SizeIs(TpeSampler::kCandidates));
}

TEST(TpeSamplerTest, PointsWithoutAValueYetAreKeptAwayFrom) {
  std::vector<ParzenPoint> points = Points();
  for (int i = 0; i < 5; ++i) points.push_back({0.3 + 0.001 * i});
  int farther = 0;
  for (uint64_t key = 0; key < 20; ++key) {
    const TpeSampler sampler(kUnit, key, false);
    const double alone = sampler.Propose(Points(), DistancesTo(0.3), 20).front()[0];
    const double beside = sampler.Propose(points, DistancesTo(0.3), 20).front()[0];
    if (std::abs(beside - 0.3) >= std::abs(alone - 0.3)) ++farther;
  }
  EXPECT_GE(farther, 15);
}

TEST(TpeSamplerTest, EachNumberHasItsOwnRandomNumbers) {
  const TpeSampler sampler(kUnit, 1, false);
  const Values values = DistancesTo(0.3);
  EXPECT_EQ(sampler.Propose(Points(), values, 20), sampler.Propose(Points(), values, 20));
  EXPECT_NE(sampler.Propose(Points(), values, 20), sampler.Propose(Points(), values, 21));
  EXPECT_NE(TpeSampler(kUnit, 2, false).Propose(Points(), values, 20),
            sampler.Propose(Points(), values, 20));
}

}  // namespace
}  // namespace lrsweep
