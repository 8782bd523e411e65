// Schedulers inside schedulers, from YAML to trials.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schedulers/catalog.h"
#include "sweep/config/trial_id.h"
#include "sweep/search/search_space.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

SweepConfig Config(const std::string& scheduler) {
  return ParseSweepConfig(
      "name: t\ntraining: {epochs: 10}\noptimizer: {lr: 0.1}\nscheduler: " + scheduler + "\n",
      "s.yaml");
}

std::vector<std::string> SchedulersOf(const SearchSpace& space) {
  std::vector<std::string> schedulers;
  for (size_t i = 0; i < space.size(); ++i) {
    schedulers.push_back(ToJson(CanonicalParams(space.At(i).params).at("scheduler")));
  }
  return schedulers;
}

std::string ErrorOf(const std::string& scheduler) {
  try {
    SearchSpace space(Config(scheduler));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ComposedSchedulersTest, MembersAreCompletedWithTheirDefaults) {
  const SearchSpace space(
      Config("{type: SequentialLR, milestones: [3], schedulers: "
             "[{type: ConstantLR}, {type: ExponentialLR, gamma: 0.9}]}"));
  ASSERT_EQ(space.size(), 1U);
  const Trial trial = space.At(0);
  EXPECT_EQ(ToJson(*Find(trial.params, "scheduler.schedulers.0")),
            R"({"factor":0.3333333333333333,"total_iters":5,"type":"ConstantLR"})");
  EXPECT_EQ(SchedulersOf(space)[0],
            R"({"milestones":[3],"schedulers":[{"type":"ConstantLR"},)"
            R"({"gamma":0.9,"type":"ExponentialLR"}],"type":"SequentialLR"})");
}

TEST(ComposedSchedulersTest, AxesMaySitInsideMembers) {
  const SearchSpace space(
      Config("{type: SequentialLR, milestones: {grid: [[3], [4]]}, schedulers: "
             "[{type: ConstantLR}, {type: ExponentialLR, gamma: {grid: [0.9, 0.5]}}]}"));
  EXPECT_EQ(space.size(), 4U);
  EXPECT_EQ(*Find(space.At(1).params, "scheduler.schedulers.1.gamma"), Value(0.5));
  EXPECT_EQ(*Find(space.At(2).params, "scheduler.milestones"), Value(List{4}));
}

TEST(ComposedSchedulersTest, MemberCanBeAnAlternative) {
  const SearchSpace space(Config(
      "{type: SequentialLR, milestones: [3], schedulers: [{type: ConstantLR}, "
      "{grid: [{type: ExponentialLR, gamma: 0.9}, {type: CosineAnnealingLR, T_max: run}]}]}"));
  EXPECT_EQ(space.size(), 2U);
  EXPECT_THAT(SchedulersOf(space)[0], HasSubstr("ExponentialLR"));
  EXPECT_THAT(SchedulersOf(space)[1], HasSubstr(R"({"T_max":"run","type":"CosineAnnealingLR"})"));
}

TEST(ComposedSchedulersTest, MembersMayCountInShares) {
  const SearchSpace space(
      Config("{type: SequentialLR, milestones: [20%], schedulers: [{type: LinearLR, total_iters: "
             "100%}, {type: StepLR, step_size: {grid: [25%, 50%]}}]}"));
  ASSERT_EQ(space.size(), 2U);
  EXPECT_EQ(SchedulersOf(space)[1],
            R"({"milestones":["20%"],"schedulers":[{"total_iters":"run","type":"LinearLR"},)"
            R"({"step_size":"50%","type":"StepLR"}],"type":"SequentialLR"})");
}

TEST(ComposedSchedulersTest, SharesThatCannotBeHaveTheirPlace) {
  EXPECT_THAT(ErrorOf("[{type: StepLR, step_size: half}]"),
              AllOf(StartsWith("s.yaml:4:"), HasSubstr("a share of it such as 20%")));
  EXPECT_THAT(ErrorOf("[{type: MultiStepLR, milestones: [75%, 50%]}]"),
              AllOf(StartsWith("s.yaml:4:"), HasSubstr("milestones must increase")));
  EXPECT_THAT(ErrorOf("[{type: WSD, num_warmup_steps: 30%, num_decay_steps: 80%}]"),
              AllOf(StartsWith("s.yaml:4:"), HasSubstr("are more than num_training_steps")));
}

TEST(ComposedSchedulersTest, CompositionIsRecursive) {
  const SearchSpace space(Config(
      "{type: SequentialLR, milestones: [5], schedulers: [{type: ChainedScheduler, schedulers: "
      "[{type: ConstantLR}, {type: ExponentialLR, gamma: {grid: [0.9, 0.8]}}]}, "
      "{type: ConstantLR}]}"));
  EXPECT_EQ(space.size(), 2U);
  EXPECT_EQ(*Find(space.At(1).params, "scheduler.schedulers.0.schedulers.1.gamma"), Value(0.8));
}

TEST(ComposedSchedulersTest, WhatAMemberOverridesIsNoPartOfTheTrial) {
  const SearchSpace space(
      Config("{type: SequentialLR, milestones: [5], schedulers: [{type: ConstantLR}, "
             "{type: CyclicLR, base_lr: 0.01, max_lr: 0.1, gamma: {grid: [0.5, 0.9]}}]}"));
  EXPECT_EQ(space.size(), 1U);
  EXPECT_EQ(Find(space.At(0).params, "scheduler.schedulers.1.gamma"), nullptr);
  EXPECT_NE(Find(space.At(0).params, "optimizer.lr"), nullptr);
}

TEST(ComposedSchedulersTest, WarmupIsCompleteInATrialAndAbsentByDefault) {
  const SearchSpace with(
      Config("{type: StepLR, step_size: 5, warmup: {steps: {grid: [100, 200]}}}"));
  EXPECT_EQ(with.size(), 2U);
  EXPECT_EQ(*Find(with.At(1).params, "scheduler.warmup.steps"), Value(200));
  EXPECT_EQ(*Find(with.At(1).params, "scheduler.warmup.start_factor"), Value(1.0 / 3));
  EXPECT_EQ(SchedulersOf(with)[0], R"({"step_size":5,"type":"StepLR","warmup":{"steps":100}})");
  const SearchSpace without(Config("{type: StepLR, step_size: 5, warmup: null}"));
  EXPECT_EQ(SchedulersOf(without)[0], R"({"step_size":5,"type":"StepLR"})");
}

TEST(ComposedSchedulersTest, WarmupCanBeSweptAsAWhole) {
  const SearchSpace space(
      Config("{type: StepLR, step_size: 5, warmup: {grid: [null, {steps: 100}]}}"));
  EXPECT_EQ(space.size(), 2U);
}

TEST(ComposedSchedulersTest, MistakesInsideMembersHaveTheirPlace) {
  EXPECT_THAT(ErrorOf("{type: ChainedScheduler, schedulers: [{type: StepLR, step_siz: 5}]}"),
              StartsWith("s.yaml:4:65: scheduler.schedulers.0.step_siz: unknown StepLR parameter"));
  EXPECT_THAT(ErrorOf("{type: ChainedScheduler, schedulers: [{type: StepLR, step_size: 0}]}"),
              HasSubstr("scheduler.schedulers.0.step_size: expected an integer of at least 1"));
  EXPECT_THAT(ErrorOf("{type: ChainedScheduler, schedulers: [{type: StepLR}]}"),
              HasSubstr("scheduler.schedulers.0.step_size is required by StepLR"));
  EXPECT_THAT(ErrorOf("{type: ChainedScheduler, schedulers: [{type: StepL, step_size: 5}]}"),
              HasSubstr("did you mean \"StepLR\""));
  EXPECT_THAT(ErrorOf("{type: ChainedScheduler, schedulers: []}"), HasSubstr("schedulers"));
}

TEST(ComposedSchedulersTest, EveryExampleOfTheCatalogIsAConfiguration) {
  ASSERT_FALSE(SchedulerTypes().empty());
  for (const SchedulerType& type : SchedulerTypes()) {
    EXPECT_EQ(ErrorOf(type.example), "no error") << type.name;
    EXPECT_THAT(type.example, HasSubstr("type: " + type.name)) << type.name;
  }
}

TEST(ComposedSchedulersTest, MembersHaveNoIntervalOfTheirOwn) {
  EXPECT_THAT(ErrorOf("{type: ChainedScheduler, schedulers: "
                      "[{type: StepLR, step_size: 5, interval: step}]}"),
              HasSubstr("unknown StepLR parameter \"interval\""));
}

TEST(ComposedSchedulersTest, GridInsideAMembersGridIsRefused) {
  EXPECT_THAT(ErrorOf("{type: ChainedScheduler, schedulers: "
                      "[{grid: [{type: StepLR, step_size: {grid: [1, 2]}}]}]}"),
              HasSubstr("a grid inside a grid"));
}

TEST(ComposedSchedulersTest, ContradictionPointsAtTheParameterThatItNames) {
  EXPECT_THAT(ErrorOf("{type: MultiStepLR, milestones: [5, 3]}"), StartsWith("s.yaml:4:44: "));
}

TEST(ComposedSchedulersTest, PathDependentMemberOfAChainIsRefusedWithTheReason) {
  EXPECT_THAT(ErrorOf("{type: ChainedScheduler, schedulers: "
                      "[{type: CosineAnnealingLR, T_max: 5}]}"),
              HasSubstr("CosineAnnealingLR"));
  EXPECT_THAT(ErrorOf("{type: SequentialLR, milestones: [2], schedulers: "
                      "[{type: ReduceLROnPlateau}, {type: ConstantLR}]}"),
              HasSubstr("ReduceLROnPlateau"));
}

}  // namespace
}  // namespace lrsweep
