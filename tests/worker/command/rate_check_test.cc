#include "worker/command/rate_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace lrsweep {
namespace {

using testing::HasSubstr;

// 5 epochs of 10 steps. Per epoch: 0.8, 0.4, 0.2, 0.1, 0.05.
const TrialSchedule& Halving() {
  static const TrialSchedule kSchedule(
      {{"type", "StepLR"}, {"step_size", int64_t{1}}, {"gamma", 0.5}}, 0.8, 0.9, {5, 10});
  return kSchedule;
}

// Per step: falls in a line from 1 at step 0 to 0 at step 50.
const TrialSchedule& Falling() {
  static const TrialSchedule kSchedule({{"type", "LinearLR"},
                                        {"interval", "step"},
                                        {"start_factor", 1.0},
                                        {"end_factor", 0.0},
                                        {"total_iters", int64_t{50}}},
                                       1, 0, {5, 10});
  return kSchedule;
}

std::string Mistake(const TrialSchedule& schedule, int64_t step, double lr,
                    int64_t resumed_at = 0) {
  return FindRateMistake({step, lr, std::nullopt}, {schedule, true, resumed_at})
      .value_or("it is right");
}

TEST(RateCheckTest, TakesEqualFloatsUpToOneUnit) {
  EXPECT_EQ(Mistake(Halving(), 25, 0.2), "it is right");
  EXPECT_EQ(Mistake(Halving(), 25, static_cast<double>(0.2F)), "it is right");
  EXPECT_EQ(Mistake(Halving(), 25, static_cast<double>(std::nextafterf(0.2F, 1))), "it is right");
  EXPECT_EQ(Mistake(Halving(), 25, static_cast<double>(std::nextafterf(0.2F, 0))), "it is right");
  EXPECT_THAT(Mistake(Halving(), 25, 0.20001), HasSubstr("the schedule has 0.2 there"));
}

TEST(RateCheckTest, SaysBothRatesAndWhereTheAppliedOneBelongs) {
  EXPECT_THAT(Mistake(Halving(), 25, 0.4),
              HasSubstr("the program applied the rate 0.4 at step 25; the schedule has 0.2 there "
                        "(0.4 is its rate at step 19)"));
  EXPECT_THAT(Mistake(Halving(), 25, 0.3), testing::Not(HasSubstr("is its rate")));
  EXPECT_THAT(Mistake(Halving(), 25, std::nan("")), HasSubstr("applied the rate NaN at step 25"));
}

TEST(RateCheckTest, TellsTheUsualMistakesApart) {
  EXPECT_THAT(Mistake(Falling(), 25, 0.48), HasSubstr("advanced once too often, or the rate was "
                                                      "read after it was set for the next step"));
  EXPECT_THAT(Mistake(Falling(), 25, 0.52), HasSubstr("advanced once too late"));
  EXPECT_THAT(Mistake(Falling(), 25, 1), HasSubstr("has not changed since the first step"));
  EXPECT_THAT(Mistake(Falling(), 25, 0.96), HasSubstr("advanced once an epoch; it has a rate for "
                                                      "every step"));
  EXPECT_THAT(Mistake(Halving(), 3, 0.1), HasSubstr("advanced at every step; it has a rate for "
                                                    "every epoch"));
  EXPECT_THAT(Mistake(Falling(), 20, 0.2), HasSubstr("advanced twice at each step"));
  EXPECT_THAT(Mistake(Falling(), 25, 0.9, 20), HasSubstr("counts from 0 again since it resumed; "
                                                         "it has to resume at step 20"));
  EXPECT_THAT(Mistake(Falling(), 25, 0.62, 20), HasSubstr("the rate that the checkpoint restored"));
  EXPECT_THAT(Mistake(Halving(), 25, 1.6), HasSubstr("8 times as much"));
  EXPECT_THAT(Mistake(Halving(), 25, 0.2 / 32), HasSubstr("1/32 of it"));
  EXPECT_THAT(Mistake(Halving(), 25, 0.3), HasSubstr("set it from the table (LRSWEEP_SCHEDULE)"));
}

TEST(RateCheckTest, ChecksTheMomentumToo) {
  EXPECT_EQ(FindRateMistake({3, std::nullopt, 0.9}, {Halving()}), std::nullopt);
  EXPECT_THAT(FindRateMistake({3, 0.8, 0.0}, {Halving()}).value_or("right"),
              HasSubstr("applied the momentum 0 at step 3; the schedule has 0.9 there"));
}

TEST(RateCheckTest, SaysEpochsWhereTheScheduleCountsNothingElse) {
  const TrialSchedule schedule({{"type", "StepLR"}, {"step_size", int64_t{1}}, {"gamma", 0.5}}, 0.8,
                               0, {5, 1});
  EXPECT_THAT(FindRateMistake({2, 0.4, std::nullopt}, {schedule, false, 0}).value_or("right"),
              HasSubstr("the rate 0.4 at epoch 3; the schedule has 0.2 there (0.4 is its rate at "
                        "epoch 2)"));
}

TEST(RateCheckTest, JudgesAScheduleThatFollowsAMetricByItsRateNow) {
  TrialSchedule plateau({{"type", "ReduceLROnPlateau"}, {"patience", int64_t{0}}}, 0.5, 0, {5, 10});
  EXPECT_EQ(Mistake(plateau, 9, 0.5), "it is right");
  plateau.OnEpochEnd(1);
  plateau.OnEpochEnd(2);
  EXPECT_EQ(Mistake(plateau, 29, 0.05), "it is right");
  EXPECT_THAT(Mistake(plateau, 29, 0.5), HasSubstr("the schedule has 0.05 there"));
}

}  // namespace
}  // namespace lrsweep
