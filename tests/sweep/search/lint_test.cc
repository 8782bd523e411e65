#include "sweep/search/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "params/errors.h"
#include "schedulers/catalog.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kImages = 60'000;

/// The findings in a sweep of `scheduler` over 10 epochs of 938 steps at lr 0.1.
std::vector<std::string> Found(const std::string& scheduler, const std::string& seeds = "0") {
  return Lint(SearchSpace(ParseSweepConfig("name: t\ntraining: {epochs: 10, seed: " + seeds +
                                               "}\noptimizer: {lr: 0.1}\nscheduler: " + scheduler,
                                           "s.yaml")),
              kImages);
}

TEST(LintTest, FittingSchedulesAreFine) {
  for (const char* scheduler :
       {"{type: StepLR, step_size: 5}", "{type: CosineAnnealingLR, T_max: 10}",
        "{type: CosineAnnealingLR, T_max: run}", "{type: CyclicLR, base_lr: 0.001, max_lr: 5}",
        "{type: OneCycleLR, max_lr: 5}", "{type: ReduceLROnPlateau, patience: 3}",
        "{type: LinearLR, total_iters: run, end_factor: 0.0}",
        "{type: StepLR, step_size: 2000, interval: step}", "{type: ExponentialLR, gamma: 0.9}",
        "{type: StepLR, step_size: 5, warmup: {steps: 500}}"}) {
    EXPECT_THAT(Found(scheduler), IsEmpty()) << scheduler;
  }
}

TEST(LintTest, ScheduleThatNeverMovesIsFound) {
  EXPECT_THAT(
      Found("{type: StepLR, step_size: 2, gamma: 1}"),
      ElementsAre(HasSubstr("StepLR: the rate never moves: it stays 0.1 for the 10 epochs")));
}

TEST(LintTest, HorizonThatIsNotTheRunsLengthIsFound) {
  EXPECT_THAT(
      Found("{type: CosineAnnealingLR, T_max: 20}"),
      ElementsAre(HasSubstr("T_max is 20, but the run has 10 epochs (T_max: run follows it)")));
  EXPECT_THAT(Found("{type: CosineAnnealingLR, T_max: 5}"), ElementsAre(HasSubstr("T_max is 5")));
  EXPECT_THAT(Found("{type: OneCycleLR, max_lr: 1, total_steps: 5000}"),
              ElementsAre(HasSubstr("total_steps is 5000, but the run has 9380 steps")));
}

TEST(LintTest, EpochsThatLookLikeStepsAreFound) {
  EXPECT_THAT(Found("{type: StepLR, step_size: 2000}"),
              ElementsAre(HasSubstr("step_size is 2000, which looks like optimizer steps")));
  EXPECT_THAT(Found("{type: MultiStepLR, milestones: [938, 1876]}"),
              ElementsAre(HasSubstr("milestones is 1876, which looks like optimizer steps")));
}

TEST(LintTest, StepsThatLookLikeEpochsAreFound) {
  EXPECT_THAT(Found("{type: CyclicLR, base_lr: 0.001, max_lr: 0.1, step_size_up: 5}"),
              ElementsAre(HasSubstr("step_size_up is 5, which looks like epochs")));
}

TEST(LintTest, RateOfZeroBeforeTheEndIsFound) {
  EXPECT_THAT(Found("{type: LinearLR, total_iters: 5, start_factor: 1.0, end_factor: 0.0}"),
              ElementsAre(HasSubstr("the rate is zero for the last 50% of the run")));
}

TEST(LintTest, RateThatRisesTooHighIsFound) {
  EXPECT_THAT(Found("{type: ExponentialLR, gamma: 2}"),
              ElementsAre(HasSubstr("the rate rises to 51.2, 512 times the optimizer's")));
}

TEST(LintTest, MembersOfComposedSchedulesAreLookedAt) {
  EXPECT_THAT(Found("{type: ChainedScheduler, schedulers: [{type: StepLR, step_size: 2000}]}"),
              ElementsAre(HasSubstr("step_size is 2000, which looks like optimizer steps")));
  EXPECT_THAT(Found("{type: SequentialLR, milestones: [2], schedulers: [{type: ConstantLR}, "
                    "{type: PiecewiseLinear, milestones_values: [[0, 0.01], [4, 5]]}]}"),
              IsEmpty());
}

TEST(LintTest, ScheduleThatDoesNotFitIntoTheRunIsRefused) {
  EXPECT_THROW(Found("{type: CosineAnnealingLR, T_max: run, warmup: {steps: 100000}}"),
               ConfigError);
  EXPECT_THROW(Found("{type: WSD, num_warmup_steps: 9000, num_decay_steps: 9000}"), ConfigError);
}

TEST(LintTest, SameFindingIsSaidOnce) {
  EXPECT_THAT(Found("{type: StepLR, step_size: {grid: [30, 40, 50]}}", "{grid: [0, 1]}"),
              ElementsAre(HasSubstr(" and 2 more)")));
}

TEST(LintTest, FindingsThatDifferInTheRateAloneAreOne) {
  const SweepConfig config = ParseSweepConfig(
      "name: t\ntraining: {epochs: 10}\noptimizer: {lr: {grid: [0.1, 0.2, 0.3]}}\n"
      "scheduler: {type: CosineAnnealingLR, T_max: run, eta_min: 0.5}",
      "s.yaml");
  EXPECT_THAT(
      Lint(SearchSpace(config), kImages),
      ElementsAre(HasSubstr("eta_min 0.5 is above the optimizer's rate 0.1: the rate rises")));
}

TEST(LintTest, AxisWithAnEffectInOneCombinationIsFine) {
  EXPECT_THAT(Found("{type: CyclicLR, base_lr: 0.001, max_lr: 0.1, gamma: 0.999, "
                    "mode: {grid: [triangular, exp_range]}}"),
              IsEmpty());
}

TEST(LintTest, ObjectiveThatPrefersTheWorseIsFound) {
  const auto found = [](const std::string& objective) {
    return Lint(SearchSpace(ParseSweepConfig("name: t\ntraining: {epochs: 10}\noptimizer: {lr: 0.1}"
                                             "\nscheduler: {type: ExponentialLR, gamma: 0.9}\n"
                                             "objective: " +
                                                 objective,
                                             "s.yaml")),
                kImages);
  };
  EXPECT_THAT(found("{metric: val_loss, mode: max}"),
              ElementsAre(HasSubstr("objective: mode: max puts the greatest val_loss first")));
  EXPECT_THAT(found("{metric: val_accuracy, mode: min}"), ElementsAre(HasSubstr("mode: max")));
  EXPECT_THAT(found("{metric: 'epochs_to(val_accuracy, 0.9)', mode: max}"),
              ElementsAre(HasSubstr("less of it is better")));
  EXPECT_THAT(found("{metric: val_loss, mode: min}"), IsEmpty());
  EXPECT_THAT(found("{metric: val_loss}"), IsEmpty());
}

/// The findings where MOST stands for the largest integer.
std::vector<std::string> FoundOfMost(std::string scheduler) {
  for (size_t at = scheduler.find("MOST"); at != std::string::npos; at = scheduler.find("MOST")) {
    scheduler.replace(at, 4, "9223372036854775807");
  }
  return Found(scheduler);
}

TEST(LintTest, NamesOfOtherLibrariesAreHeldAgainstTheRun) {
  for (const char* scheduler :
       {"{type: timm.cosine, warmup_t: 2}", "{type: timm.cosine, t_initial: 10, warmup_t: 2}",
        "{type: transformers.cosine, num_warmup_steps: 5%}",
        "{type: transformers.cosine_warmup_with_min_lr, num_warmup_steps: 5%, min_lr: 0.001}"}) {
    EXPECT_THAT(Found(scheduler), IsEmpty()) << scheduler;
  }
  EXPECT_THAT(Found("{type: timm.cosine, t_initial: {grid: [10, 300]}, warmup_t: 2}"),
              ElementsAre(HasSubstr("t_initial of timm.cosine is 300, but the run has 10 epochs")));
  EXPECT_THAT(
      Found("{type: transformers.cosine_warmup_with_min_lr, num_training_steps: 50000, min_lr: 0}"),
      ElementsAre(
          HasSubstr("num_training_steps of transformers.cosine_warmup_with_min_lr is 50000, "
                    "but the run has 9380 steps")));
  EXPECT_THAT(Found("{type: transformers.cosine, num_training_steps: 50000}"),
              ElementsAre(HasSubstr("T_max is 50000, but the run has 9380 steps")));
}

TEST(LintTest, LargestNumbersOfTicksAreOutOfReach) {
  for (const char* scheduler :
       {"{type: StepLR, step_size: MOST}", "{type: CosineAnnealingLR, T_max: MOST}",
        "{type: CosineAnnealingWarmRestarts, T_0: MOST}",
        "{type: CyclicLR, base_lr: 0.1, max_lr: 1, step_size_up: 1.0e300, step_size_down: 1.0e300}",
        "{type: WSD, num_warmup_steps: MOST, num_stable_steps: MOST, num_decay_steps: MOST}",
        "{type: ReduceLROnPlateau, patience: MOST}",
        "{type: PiecewiseLinear, milestones_values: [[0, 0.1], [MOST, 1]]}",
        "{type: StepLR, step_size: 5, warmup: {steps: MOST}}"}) {
    EXPECT_THAT(FoundOfMost(scheduler), testing::Not(IsEmpty())) << scheduler;
  }
  // Its second cycle is longer than any run.
  EXPECT_THAT(FoundOfMost("{type: CosineAnnealingWarmRestarts, T_0: 3, T_mult: MOST}"),
              testing::Contains(HasSubstr("the last cycle is cut off after 7 of its")));
  EXPECT_THAT(FoundOfMost("{type: SequentialLR, milestones: [9000000000000000000, MOST], "
                          "schedulers: [{type: ExponentialLR, gamma: 0.9}, {type: StepLR, "
                          "step_size: MOST}, {type: ExponentialLR, gamma: 0.9}]}"),
              testing::Contains(HasSubstr("never begins")));
}

class ShippedConfigTest : public testing::TestWithParam<const char*> {};

TEST_P(ShippedConfigTest, PassesStrict) {
  const SearchSpace space(
      LoadSweepConfig(std::string(LRSWEEP_SOURCE_DIR) + "/configs/" + GetParam()));
  EXPECT_THAT(Lint(space, kImages), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Configs, ShippedConfigTest,
                         testing::Values("quickstart.yaml", "mnist.yaml", "schedules.yaml",
                                         "findings.yaml", "findings-shares.yaml", "search.yaml"));

class CatalogExampleTest : public testing::TestWithParam<std::string> {};

TEST_P(CatalogExampleTest, PassesStrict) {
  EXPECT_THAT(Found(FindSchedulerType(GetParam())->example), IsEmpty());
}

std::vector<std::string> AllTypes() {
  std::vector<std::string> names;
  for (const SchedulerType& type : SchedulerTypes()) names.push_back(type.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Types, CatalogExampleTest, testing::ValuesIn(AllTypes()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace lrsweep
