#include "sweep/search/race_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <string>
#include <utility>

namespace lrsweep {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

SearchSpace Space(const std::string& seeds,
                  const std::string& lr = "{grid: [0.1, 0.2, 0.3, 0.4]}") {
  return SearchSpace(
      ParseSweepConfig("name: r\n"
                       "training: {epochs: 2, seed: " +
                           seeds +
                           "}\n"
                           "optimizer: {lr: " +
                           lr +
                           "}\n"
                           "scheduler: {type: ConstantLR}\n"
                           "replicate: {axis: seed, race: {confidence: 0.9}}\n",
                       "r.yaml"));
}

/// The greater the rate the better; seeds differ a little.
double ValueOf(const Trial& trial) {
  const auto seed = static_cast<double>(trial.seed);
  const double rate = std::get<double>(*Find(trial.params, "optimizer.lr"));
  return rate + 0.001 * std::sin(100 * rate + seed);
}

struct Trained {
  std::set<std::pair<int64_t, std::string>> trials;  // number, id
  std::vector<std::string> dropped;
};

/// Follows a plan whose results come in a drawn order.
Trained Follow(RacePlan& plan, uint64_t order) {
  std::mt19937_64 random(order);
  Trained trained;
  std::vector<DecidedTrial> open = plan.Begin().trials;
  while (!open.empty()) {
    std::swap(open[random() % open.size()], open.back());
    const DecidedTrial one = std::move(open.back());
    open.pop_back();
    EXPECT_TRUE(trained.trials.emplace(one.number, one.trial.id).second);
    const SearchPlan::Step step = plan.OnValue(one.number, ValueOf(one.trial));
    open.insert(open.end(), step.trials.begin(), step.trials.end());
    trained.dropped.insert(trained.dropped.end(), step.dropped.begin(), step.dropped.end());
  }
  return trained;
}

TEST(RacePlanTest, BeginsWithThreeSeedsOfEveryPointUnderTheirNumbersInTheSpace) {
  const SearchSpace space = Space("{grid: [7, 3, 5, 1, 0]}");
  RacePlan plan(space);
  const SearchPlan::Step step = plan.Begin();
  ASSERT_EQ(step.trials.size(), 12);
  const std::vector<int64_t> numbers = RacePlan(space).FirstNumbers();
  ASSERT_EQ(numbers.size(), 12);
  for (size_t i = 0; i < 12; ++i) EXPECT_EQ(numbers[i], step.trials[i].number);
  for (const DecidedTrial& one : step.trials) {
    const auto index = static_cast<size_t>(one.number);
    EXPECT_EQ(one.trial.id, space.IdAt(index));
    EXPECT_EQ(plan.TrialAt(one.number).id, one.trial.id);
    EXPECT_THAT((std::set<int64_t>{7, 3, 5}).count(one.trial.seed), 1);
    EXPECT_EQ(one.budget, 0);
    EXPECT_THAT(one.point, IsEmpty());
  }
}

TEST(RacePlanTest, TheOrderOfTheResultsMakesNoDifference) {
  const SearchSpace space = Space("{grid: [7, 3, 5, 1, 0]}");
  RacePlan first(space);
  const Trained trained = Follow(first, 0);
  EXPECT_EQ(trained.trials.size(), 12) << "the differences are beyond doubt after three seeds";
  EXPECT_EQ(trained.dropped.size(), 3);
  for (uint64_t order = 1; order < 20; ++order) {
    RacePlan plan(space);
    const Trained again = Follow(plan, order);
    EXPECT_EQ(again.trials, trained.trials);
    EXPECT_EQ(again.dropped, trained.dropped);
  }
}

TEST(RacePlanTest, NeedsThreeSeeds) {
  const auto error_of = [](const std::string& seeds) -> std::string {
    try {
      const SearchSpace space = Space(seeds);
      EXPECT_GT(space.size(), 0);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(error_of("4"), StartsWith("r.yaml:5:31: replicate.race: groups may leave after their "
                                        "third seed, and there is one: write training: "));
  EXPECT_THAT(error_of("{grid: [0, 1]}"), HasSubstr("there are two"));
  EXPECT_EQ(error_of("{grid: [0, 1, 2]}"), "no error");
}

}  // namespace
}  // namespace lrsweep
