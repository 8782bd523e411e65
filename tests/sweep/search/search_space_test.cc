#include "sweep/search/search_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/config/trial_id.h"
#include "sweep/search/trial_shape.h"

namespace lrsweep {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

SweepConfig Config(const std::string& scheduler, const std::string& training = "{epochs: 2}",
                   const std::string& optimizer = "{lr: 0.1}") {
  return ParseSweepConfig("name: t\ntraining: " + training + "\noptimizer: " + optimizer +
                              "\nscheduler: " + scheduler + "\n",
                          "s.yaml");
}

const char kStep[] = "[{type: StepLR, step_size: 5}]";
const char kCyclic[] = "[{type: CyclicLR, base_lr: 0.001, max_lr: 0.1}]";

std::vector<std::string> ValuesOf(const SearchSpace& space, const std::string& path) {
  std::vector<std::string> values;
  for (size_t i = 0; i < space.size(); ++i) {
    const Trial trial = space.At(i);
    const Value* value = Find(trial.params, path);
    values.push_back(value != nullptr ? ToJson(*value) : "absent");
  }
  return values;
}

/// The id of complete parameters, of which no section is shared with another point's.
std::string IdOf(const Map& params) { return IdOfJson(ToJson(CanonicalParams(params))); }

/// The parameters with the default seed, which no id mentions.
Map WithoutSeed(Map params) {
  SetAt(params, "training.seed", 0);
  return params;
}

TEST(SearchSpaceTest, LastCommonAxisVariesFastest) {
  const SearchSpace space(
      Config("[{type: StepLR, step_size: {grid: [5, 10]}}]", "{epochs: 2, seed: {grid: [0, 1]}}"));
  EXPECT_THAT(ValuesOf(space, "scheduler.step_size"), ElementsAre("5", "5", "10", "10"));
  EXPECT_THAT(ValuesOf(space, "training.seed"), ElementsAre("0", "1", "0", "1"));
}

TEST(SearchSpaceTest, PointGathersTheTrialsThatDifferInTheSeedAlone) {
  const SearchSpace space(Config("[{type: ConstantLR}, {type: StepLR, step_size: {grid: [5, 10]}}]",
                                 "{seed: {grid: [7, 3]}, epochs: {grid: [1, 2]}}",
                                 "{lr: {grid: [0.1, 0.2]}}"));
  const std::vector<SpacePoint> points = space.Points();
  ASSERT_EQ(points.size(), 12U);
  EXPECT_EQ(points[3].scheduler_entry, 0U);
  EXPECT_EQ(points[4].scheduler_entry, 1U);
  for (const SpacePoint& point : points) {
    ASSERT_EQ(point.trials.size(), 2U);
    EXPECT_EQ(space.At(point.trials[0]).seed, 7);
    EXPECT_EQ(space.At(point.trials[1]).seed, 3);
    for (const size_t trial : point.trials) EXPECT_EQ(space.At(trial).group_id, point.id);
  }
}

TEST(SearchSpaceTest, EntriesAddUpAndCommonAxesMultiply) {
  const SearchSpace space(
      Config("[{type: StepLR, step_size: {grid: [1, 2, 3]}}, "
             "{type: CosineAnnealingLR, T_max: 2}]",
             "{epochs: 2, seed: {grid: [0, 1]}}"));
  EXPECT_EQ(space.size(), 8U);
  EXPECT_EQ(space.At(6).scheduler, "CosineAnnealingLR");
  EXPECT_EQ(space.At(7).seed, 1);
}

TEST(SearchSpaceTest, WhatAScheduleOverridesIsNoPartOfItsTrials) {
  const SearchSpace space(Config(kCyclic, "{epochs: 2}", "{lr: {grid: [1, 2]}, momentum: 0.5}"));
  EXPECT_THAT(ValuesOf(space, "optimizer.lr"), ElementsAre("absent"));
  EXPECT_THAT(ValuesOf(space, "optimizer.momentum"), ElementsAre("absent"));
  EXPECT_THAT(ValuesOf(space, "scheduler.gamma"), ElementsAre("absent"));
  EXPECT_EQ(space.points(), 2U);
  EXPECT_THAT(space.notes(), Contains(HasSubstr("optimizer.lr has no effect under CyclicLR")));
}

TEST(SearchSpaceTest, OverriddenAxisStillCountsForOtherSchedulers) {
  const std::string both =
      "[{type: StepLR, step_size: 5}, {type: CyclicLR, base_lr: 0.001, max_lr: 0.1}]";
  EXPECT_EQ(SearchSpace(Config(both, "{epochs: 2}", "{lr: {grid: [1, 2]}}")).size(), 3U);
}

TEST(SearchSpaceTest, EntryThatRepeatsAnotherMakesNoTrial) {
  const SearchSpace space(
      Config("[{type: StepLR, step_size: 5}, {type: StepLR, step_size: 5, gamma: 0.1}]"));
  EXPECT_EQ(space.size(), 1U);
  EXPECT_THAT(space.notes(), Contains(HasSubstr("1 point of 2 repeat")));
}

TEST(SearchSpaceTest, RepeatedValueIsNoted) {
  const SearchSpace space(Config(kStep, "{epochs: 2, seed: {grid: [0, 0]}}"));
  EXPECT_EQ(space.size(), 1U);
  EXPECT_THAT(space.notes(), ElementsAre(HasSubstr("training.seed lists 1 value more than once")));
}

TEST(SearchSpaceTest, EpochsOfATrialAreThoseOfItsParameters) {
  const SearchSpace space(
      Config("[{type: StepLR, step_size: {grid: [5, 10]}}]", "{epochs: {grid: [2, 7, 3]}}"));
  ASSERT_EQ(space.size(), 6U);
  for (size_t i = 0; i < space.size(); ++i) {
    EXPECT_EQ(space.EpochsAt(i), std::get<int64_t>(*Find(space.At(i).params, "training.epochs")));
  }
  EXPECT_EQ(SearchSpace(Config(kStep, "{epochs: 9}")).EpochsAt(0), 9);
}

TEST(SearchSpaceTest, IdsOfATrialAreThoseOfItsParameters) {
  const SearchSpace space(
      Config("[{type: StepLR, step_size: {grid: [5, 10]}, interval: {grid: [epoch, step]}}, "
             "{type: CyclicLR, base_lr: 0.001, max_lr: 0.1, mode: {grid: [triangular, exp_range]}, "
             "gamma: {grid: [0.5, 1]}, cycle_momentum: {grid: [true, false]}}]",
             "{epochs: {grid: [2, 3]}, batch_size: {grid: [32, 64]}, seed: {grid: [1, 0, 2]}}",
             "{lr: {grid: [0.1, 0.2]}, momentum: {grid: [0, 0.9]}}"));
  EXPECT_EQ(space.points(), 12U * 2 * 2 * 2 * 2 + 12U * 8 * 2 * 2);
  for (size_t i = 0; i < space.size(); ++i) {
    const Trial trial = space.At(i);
    EXPECT_EQ(trial.id, IdOf(trial.params)) << ToJson(trial.params);
    EXPECT_EQ(trial.group_id, IdOf(WithoutSeed(trial.params))) << ToJson(trial.params);
  }
}

/// Pairs of trials whose hashes of their schedules are equal where their keys are not, or the
/// reverse.
size_t WrongHashes(const SearchSpace& space) {
  size_t wrong = 0;
  for (size_t i = 0; i < space.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const bool is_equal = ScheduleKey(space.At(i)) == ScheduleKey(space.At(j));
      wrong += is_equal != (space.ScheduleAt(i) == space.ScheduleAt(j)) ? 1 : 0;
    }
  }
  return wrong;
}

TEST(SearchSpaceTest, SchedulesHaveEqualHashesWhereTheirParametersAreEqual) {
  const SearchSpace space(
      Config("[{type: StepLR, step_size: {grid: [5, 10]}}, {type: StepLR, step_size: 5, gamma: "
             "0.1}, {type: CyclicLR, base_lr: 0.1, max_lr: 1, mode: {grid: [triangular, "
             "exp_range]}, gamma: {grid: [0.5, 1]}}, {type: StepLR, step_size: 5, warmup: {steps: "
             "{grid: [3, 4]}}, interval: {grid: [epoch, step]}}]",
             "{epochs: {grid: [2, 3]}, batch_size: {grid: [32, 64]}, seed: {grid: [0, 1]}}",
             "{lr: {grid: [0.1, 0.2]}, momentum: {grid: [0, 0.9]}}"));
  ASSERT_GT(space.size(), 100U);
  EXPECT_EQ(WrongHashes(space), 0U);
}

TEST(SearchSpaceTest, DistinctPointsNeedNoNotes) {
  EXPECT_THAT(SearchSpace(Config(kStep)).notes(), IsEmpty());
}

TEST(SearchSpaceTest, ContradictionInOnePointIsRefused) {
  try {
    const SearchSpace space(
        Config("[{type: CyclicLR, base_lr: {grid: [0.001, 0.2]}, max_lr: 0.1}]"));
    FAIL() << "not refused";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("scheduler: CyclicLR: "));
    EXPECT_THAT(error.what(), HasSubstr("base_lr"));
  }
}

TEST(SearchSpaceTest, MoreThanAMillionPointsAreRefused) {
  std::string seeds = "[0";
  for (int i = 1; i < 2000; ++i) seeds += ", " + std::to_string(i);
  seeds += "]";
  EXPECT_THROW(SearchSpace(Config("[{type: StepLR, step_size: {grid: " +
                                      std::string("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]") + "}}]",
                                  "{epochs: 2, seed: {grid: " + seeds + "}}",
                                  "{lr: {grid: " + seeds + "}}")),
               ConfigError);
}

}  // namespace
}  // namespace lrsweep
