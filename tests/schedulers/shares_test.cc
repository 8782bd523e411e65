// Numbers of ticks written as shares of the run, against the same schedules in numbers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "schedulers/catalog.h"
#include "schedulers/trial_schedule.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr TrialClock kClock = {.epochs = 50, .steps_per_epoch = 4};

TrialSchedule On(const TrialClock& clock, const Map& scheduler) {
  return {scheduler, 0.8, 0.9, clock};
}

void ExpectEqualRates(const Map& in_shares, const Map& in_numbers,
                      const TrialClock& clock = kClock) {
  const TrialSchedule shares = On(clock, in_shares);
  const TrialSchedule numbers = On(clock, in_numbers);
  for (int64_t step = 0; step < clock.TotalSteps(); ++step) {
    ASSERT_EQ(shares.At(step).lr, numbers.At(step).lr) << ToJson(Value(in_shares)) << step;
    ASSERT_EQ(shares.At(step).momentum, numbers.At(step).momentum) << step;
  }
}

TEST(SharesTest, CountInTheIntervalOfTheSchedule) {
  const Map by_epoch = {{"type", "StepLR"}, {"step_size", "58%"}};
  ExpectEqualRates(by_epoch, {{"type", "StepLR"}, {"step_size", 29}});
  Map by_step = by_epoch;
  by_step["interval"] = "step";
  ExpectEqualRates(by_step, {{"type", "StepLR"}, {"step_size", 116}, {"interval", "step"}});
}

TEST(SharesTest, FollowTheLengthOfTheTrial) {
  const Map schedule = {{"type", "MultiStepLR"}, {"milestones", List{"50%", "75%"}}};
  for (const int64_t epochs : {4, 20, 90}) {
    const Map numbers = {{"type", "MultiStepLR"}, {"milestones", List{epochs / 2, epochs * 3 / 4}}};
    ExpectEqualRates(schedule, numbers, {.epochs = epochs, .steps_per_epoch = 3});
  }
}

TEST(SharesTest, StandForEveryParameterThatCountsTicks) {
  ExpectEqualRates({{"type", "CosineAnnealingLR"}, {"T_max", "150%"}},
                   {{"type", "CosineAnnealingLR"}, {"T_max", 75}});
  ExpectEqualRates({{"type", "CosineAnnealingWarmRestarts"}, {"T_0", "10%"}},
                   {{"type", "CosineAnnealingWarmRestarts"}, {"T_0", 5}});
  ExpectEqualRates({{"type", "ConstantLR"}, {"total_iters", "30%"}},
                   {{"type", "ConstantLR"}, {"total_iters", 15}});
  ExpectEqualRates({{"type", "LinearLR"}, {"total_iters", "4%"}},
                   {{"type", "LinearLR"}, {"total_iters", 2}});
  ExpectEqualRates({{"type", "PolynomialLR"}, {"total_iters", "run"}},
                   {{"type", "PolynomialLR"}, {"total_iters", 50}});
  ExpectEqualRates({{"type", "CyclicLR"},
                    {"base_lr", 0.1},
                    {"max_lr", 1.0},
                    {"step_size_up", "12.5%"},
                    {"step_size_down", "5%"}},
                   {{"type", "CyclicLR"},
                    {"base_lr", 0.1},
                    {"max_lr", 1.0},
                    {"step_size_up", 25.0},
                    {"step_size_down", 10.0}});
  ExpectEqualRates({{"type", "OneCycleLR"}, {"max_lr", 1.0}, {"total_steps", "run"}},
                   {{"type", "OneCycleLR"}, {"max_lr", 1.0}, {"total_steps", 200}});
  ExpectEqualRates({{"type", "WSD"},
                    {"num_warmup_steps", "5%"},
                    {"num_stable_steps", "50%"},
                    {"num_decay_steps", "20%"}},
                   {{"type", "WSD"},
                    {"num_warmup_steps", 10},
                    {"num_stable_steps", 100},
                    {"num_decay_steps", 40}});
  ExpectEqualRates({{"type", "InverseSqrt"}, {"num_warmup_steps", "5%"}, {"timescale", "10%"}},
                   {{"type", "InverseSqrt"}, {"num_warmup_steps", 10}, {"timescale", 20}});
  ExpectEqualRates({{"type", "PiecewiseLinear"},
                    {"milestones_values", List{List{0, 0.1}, List{"30%", 1.0}, List{"run", 0.0}}}},
                   {{"type", "PiecewiseLinear"},
                    {"milestones_values", List{List{0, 0.1}, List{15, 1.0}, List{50, 0.0}}}});
  ExpectEqualRates({{"type", "LRRangeTest"}, {"num_iter", "50%"}},
                   {{"type", "LRRangeTest"}, {"num_iter", 100}});
}

TEST(SharesTest, StandForThePatienceOfAPlateau) {
  const Map scheduler = {{"type", "ReduceLROnPlateau"}, {"patience", "10%"}, {"cooldown", "4%"}};
  const auto plateau = BuildPlateau(scheduler, {.lr = 0.1, .run_ticks = 50});
  ASSERT_TRUE(plateau.has_value());
  EXPECT_EQ(plateau->options().patience, 5);
  EXPECT_EQ(plateau->options().cooldown, 2);
}

TEST(SharesTest, OfAMemberAreOfItsOwnPartOfTheRun) {
  const auto sequence = [](const Value& milestone, const Value& up, const Value& down) {
    return Map{{"type", "SequentialLR"},
               {"milestones", List{milestone}},
               {"schedulers", List{Map{{"type", "LinearLR"}, {"total_iters", up}},
                                   Map{{"type", "CosineAnnealingLR"}, {"T_max", down}}}}};
  };
  ExpectEqualRates(sequence("20%", "run", "50%"), sequence(10, 10, 20));
}

TEST(SharesTest, OfAWarmupAreOfTheWholeTrialAndOfTheScheduleOfWhatIsLeft) {
  const auto scheduler = [](const Value& warmup, const Value& t_max) {
    return Map{{"type", "CosineAnnealingLR"},
               {"T_max", t_max},
               {"warmup", Map{{"steps", warmup}, {"start_factor", 0.1}}}};
  };
  // 10% of 200 steps are 20, which are 5 of the 50 epochs.
  ExpectEqualRates(scheduler("10%", "50%"), scheduler(20, 22));
  ExpectEqualRates(scheduler("10%", "run"), scheduler(20, 45));
}

TEST(SharesTest, ThatAreTooFewTicksAreRefusedWithTheLength) {
  EXPECT_THAT(
      [] {
        On({.epochs = 20, .steps_per_epoch = 2}, {{"type", "CosineAnnealingLR"}, {"T_max", "4%"}});
      },
      ThrowsMessage<std::invalid_argument>(
          HasSubstr("T_max: 4%: that is 0 of the 20 ticks that the schedule has")));
  EXPECT_THAT(
      [] {
        On({.epochs = 2, .steps_per_epoch = 2},
           {{"type", "ExponentialLR"},
            {"gamma", 0.5},
            {"warmup", Map{{"steps", "1%"}, {"start_factor", 0.5}}}});
      },
      ThrowsMessage<std::invalid_argument>(HasSubstr("scheduler.warmup.steps: 1%")));
}

TEST(SharesTest, AreCheckedBeforeTheLengthIsKnown) {
  const SchedulerType& type = *FindSchedulerType("MultiStepLR");
  EXPECT_NO_THROW(type.Check({{"milestones", List{"50%", "75%"}}}));
  EXPECT_NO_THROW(type.Check({{"milestones", List{"50%", 80}}}));  // in a run of 100 epochs
  EXPECT_THROW(type.Check({{"milestones", List{"75%", "50%"}}}), std::invalid_argument);
  EXPECT_THROW(type.Check({{"milestones", List{80, 50}}}), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
