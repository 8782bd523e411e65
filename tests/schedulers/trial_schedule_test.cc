#include "schedulers/trial_schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <stdexcept>
#include <string>

#include "tests/support/golden_file.h"

namespace lrsweep {
namespace {

/// Halves every tick.
Map Halving(const std::string& interval) {
  return {{"type", "ExponentialLR"}, {"gamma", 0.5}, {"interval", interval}};
}

Map With(Map scheduler, const std::string& name, Value value) {
  scheduler[name] = std::move(value);
  return scheduler;
}

Map Warmup(int64_t steps, double start_factor) {
  return {{"steps", steps}, {"start_factor", start_factor}};
}

constexpr TrialClock kFourEpochs = {.epochs = 4, .steps_per_epoch = 3};

double LrAt(int64_t step, const Map& scheduler, const TrialClock& clock = kFourEpochs) {
  return TrialSchedule(scheduler, 0.8, 0.9, clock).At(step).lr;
}

TEST(TrialScheduleTest, GivesTheRatesOfPyTorchsLoops) {
  const auto cases = ReadGolden("TrialSchedule");
  ASSERT_GE(cases.size(), 6U);
  for (const GoldenCase& golden : cases) {
    SCOPED_TRACE(golden.line);
    const TrialSchedule schedule(golden.parameters, golden.lr, golden.momentum,
                                 {golden.epochs, golden.steps_per_epoch});
    ASSERT_EQ(static_cast<int64_t>(golden.rows.size()), golden.run);
    for (const GoldenRow& row : golden.rows) {
      EXPECT_NEAR(schedule.At(row.tick).lr, row.lr, 1e-13) << row.tick;
      EXPECT_NEAR(schedule.At(row.tick).momentum, row.momentum, 1e-13) << row.tick;
    }
  }
}

TEST(TrialScheduleTest, WarmsUpInEveryShape) {
  const auto cases = ReadGolden("WarmupShapes");
  std::map<std::string, int> found;
  for (const GoldenCase& golden : cases) {
    SCOPED_TRACE(golden.line);
    const TrialSchedule schedule(golden.parameters, golden.lr, golden.momentum,
                                 {golden.epochs, golden.steps_per_epoch});
    for (const GoldenRow& row : golden.rows) {
      EXPECT_NEAR(schedule.At(row.tick).lr, row.lr, 1e-13) << row.tick;
    }
    ++found[ToJson(std::get<Map>(golden.parameters.at("warmup")).at("shape"))];
  }
  for (const std::string& shape : WarmupShapes()) EXPECT_GE(found["\"" + shape + "\""], 6) << shape;
}

TEST(TrialScheduleTest, RefusesAWarmupThatContradictsItself) {
  const auto refusal = [](const Map& warmup) -> std::string {
    try {
      LrAt(0, With(Halving("step"), "warmup", warmup));
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal({{"steps", 4}, {"shape", "exponential"}, {"start_factor", 0.0}}),
            "scheduler.warmup.start_factor: expected a number above 0 in shape exponential, which "
            "rises by equal factors");
  EXPECT_EQ(refusal({{"steps", 4}, {"power", 2.0}}),
            "scheduler.warmup.power: it is the exponent of shape polynomial");
  EXPECT_EQ(refusal({{"steps", 4}, {"power", 2.0}, {"shape", "polynomial"}}), "");
  EXPECT_NE(refusal({{"steps", 4}, {"shape", "square"}}), "");
}

TEST(TrialScheduleTest, CountsInItsInterval) {
  EXPECT_EQ(LrAt(2, Halving("epoch")), 0.8);
  EXPECT_EQ(LrAt(3, Halving("epoch")), 0.4);
  EXPECT_EQ(LrAt(11, Halving("epoch")), 0.1);
  EXPECT_EQ(LrAt(1, Halving("step")), 0.4);
}

TEST(TrialScheduleTest, HasTheTypesIntervalUnlessToldOtherwise) {
  EXPECT_EQ(LrAt(2, {{"type", "ExponentialLR"}, {"gamma", 0.5}}), 0.8);
  EXPECT_EQ(LrAt(2, {{"type", "InverseSqrt"}, {"num_warmup_steps", 4}}), 0.4);
}

TEST(TrialScheduleTest, WarmsUpInOptimizerStepsToTheSchedulesFirstRate) {
  const Map scheduler = With(Halving("step"), "warmup", Warmup(4, 0.5));
  EXPECT_DOUBLE_EQ(LrAt(0, scheduler), 0.4);
  EXPECT_DOUBLE_EQ(LrAt(1, scheduler), 0.5);
  EXPECT_DOUBLE_EQ(LrAt(3, scheduler), 0.7);
  EXPECT_DOUBLE_EQ(LrAt(4, scheduler), 0.8);
  EXPECT_DOUBLE_EQ(LrAt(5, scheduler), 0.4);
}

TEST(TrialScheduleTest, CountsEpochsFromTheEndOfTheWarmup) {
  const Map scheduler = With(Halving("epoch"), "warmup", Warmup(4, 0));
  EXPECT_EQ(LrAt(0, scheduler), 0);
  EXPECT_DOUBLE_EQ(LrAt(2, scheduler), 0.4);
  EXPECT_DOUBLE_EQ(LrAt(6, scheduler), 0.8);  // the third step of the schedule's first epoch
  EXPECT_DOUBLE_EQ(LrAt(7, scheduler), 0.4);
}

TEST(TrialScheduleTest, WarmsUpToACyclesBase) {
  const Map cycle = {{"type", "CyclicLR"},  {"base_lr", 0.1},      {"max_lr", 1.0},
                     {"step_size_up", 2.0}, {"max_momentum", 0.7}, {"base_momentum", 0.5}};
  const TrialSchedule schedule(With(cycle, "warmup", Warmup(2, 0.5)), 0, 0, kFourEpochs);
  EXPECT_DOUBLE_EQ(schedule.At(0).lr, 0.05);
  EXPECT_DOUBLE_EQ(schedule.At(0).momentum, 0.7);
  EXPECT_DOUBLE_EQ(schedule.At(2).lr, 0.1);
  EXPECT_DOUBLE_EQ(schedule.At(4).lr, 1.0);
}

TEST(TrialScheduleTest, LeavesTheRestOfTheRunToTheSchedule) {
  const Map line = {{"type", "PolynomialLR"}, {"total_iters", "run"}};
  const Map by_step = With(line, "interval", "step");
  EXPECT_DOUBLE_EQ(LrAt(6, by_step), 0.4);  // half of 12
  EXPECT_NEAR(LrAt(6, With(by_step, "warmup", Warmup(4, 0.5))), 0.8 * 6 / 8, 1e-15);
  EXPECT_DOUBLE_EQ(LrAt(6, line), 0.4);                                        // epoch 2 of 4
  EXPECT_DOUBLE_EQ(LrAt(7, With(line, "warmup", Warmup(4, 1))), 0.8 * 2 / 3);  // 1 of 3
}

TEST(TrialScheduleTest, RefusesARunThatTheWarmupTakes) {
  const Map line = {{"type", "PolynomialLR"}, {"total_iters", "run"}, {"interval", "step"}};
  EXPECT_NO_THROW(LrAt(0, With(line, "warmup", Warmup(11, 0.5))));
  EXPECT_THROW(LrAt(0, With(line, "warmup", Warmup(12, 0.5))), std::invalid_argument);
}

TEST(TrialScheduleTest, CompletesAWarmupAsLinearLr) {
  EXPECT_DOUBLE_EQ(LrAt(0, With(Halving("step"), "warmup", Map{{"steps", 4}})), 0.8 / 3);
}

TEST(TrialScheduleTest, RefusesBadCommonParameters) {
  EXPECT_THROW(LrAt(0, Halving("batch")), std::invalid_argument);
  EXPECT_THROW(LrAt(0, With(Halving("step"), "warmup", Warmup(0, 0.5))), std::invalid_argument);
  EXPECT_THROW(LrAt(0, With(Halving("step"), "warmup", Warmup(4, 1.5))), std::invalid_argument);
  EXPECT_THROW(LrAt(0, With(Halving("step"), "warmup", Map{})), std::invalid_argument);
  const Map plateau = {{"type", "ReduceLROnPlateau"}};
  EXPECT_THROW(LrAt(0, With(plateau, "interval", "step")), std::invalid_argument);
}

/// Reduces by half as soon as the metric does not improve.
Map Impatient() { return {{"type", "ReduceLROnPlateau"}, {"patience", 0}, {"factor", 0.5}}; }

TEST(TrialScheduleTest, ListensToTheMetricOfAPlateau) {
  TrialSchedule schedule(Impatient(), 0.8, 0.9, kFourEpochs);
  EXPECT_EQ(schedule.metric(), "val_loss");
  schedule.OnEpochEnd(1.0);
  EXPECT_EQ(schedule.At(3).lr, 0.8);
  schedule.OnEpochEnd(1.0);
  EXPECT_EQ(schedule.At(6).lr, 0.4);
  EXPECT_EQ(schedule.At(6).momentum, 0.9);
}

TEST(TrialScheduleTest, DoesNotListenOtherwise) {
  TrialSchedule schedule(Halving("epoch"), 0.8, 0.9, kFourEpochs);
  EXPECT_EQ(schedule.metric(), "");
  schedule.OnEpochEnd(1.0);
  EXPECT_EQ(schedule.At(0).lr, 0.8);
}

TEST(TrialScheduleTest, DoesNotHearEpochsThatLieInTheWarmup) {
  TrialSchedule schedule(With(Impatient(), "warmup", Warmup(6, 0.5)), 0.8, 0.9, kFourEpochs);
  EXPECT_DOUBLE_EQ(schedule.At(3).lr, 0.6);
  for (const double rising : {0.1, 0.2}) schedule.OnEpochEnd(rising);
  EXPECT_DOUBLE_EQ(schedule.At(6).lr, 0.8);
  for (const double rising : {0.3, 0.4}) schedule.OnEpochEnd(rising);
  EXPECT_DOUBLE_EQ(schedule.At(9).lr, 0.4);
}

TEST(TrialScheduleTest, ACopyHearsForItself) {
  TrialSchedule schedule(Impatient(), 0.8, 0.9, kFourEpochs);
  schedule.OnEpochEnd(1.0);
  TrialSchedule copy = schedule;
  copy.OnEpochEnd(1.0);
  EXPECT_EQ(copy.At(6).lr, 0.4);
  EXPECT_EQ(schedule.At(6).lr, 0.8);
}

}  // namespace
}  // namespace lrsweep
