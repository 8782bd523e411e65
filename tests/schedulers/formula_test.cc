#include "schedulers/formula.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "schedulers/catalog.h"
#include "schedulers/trial_schedule.h"
#include "tests/support/golden_file.h"

namespace lrsweep {
namespace {

constexpr Rates kOptimizer = {.lr = 0.8, .momentum = 0.9};

Schedule Of(const std::string& lr, const Map& params = {}, int64_t run = 10) {
  return Formula({.lr = lr, .params = params}, kOptimizer, {.run_ticks = run});
}

std::string Refusal(const FormulaOptions& options) {
  try {
    Formula(options, kOptimizer, {.run_ticks = 10});
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(FormulaTest, IsWhatItSays) {
  const Schedule schedule = Of("base * (1 - t / T) ^ power", {{"base", 0.1}, {"power", 2.0}});
  EXPECT_EQ(schedule(0).lr, 0.1);
  EXPECT_DOUBLE_EQ(schedule(5).lr, 0.025);
  EXPECT_EQ(schedule(5).momentum, 0.9);
}

TEST(FormulaTest, KnowsTheOptimizersRateAndMomentum) {
  const Schedule schedule =
      Formula({.lr = "lr * momentum", .momentum = "momentum / 2"}, kOptimizer, {.run_ticks = 3});
  EXPECT_DOUBLE_EQ(schedule(1).lr, 0.72);
  EXPECT_DOUBLE_EQ(schedule(1).momentum, 0.45);
}

TEST(FormulaTest, CountsEpochsInTheUnitOfItsClock) {
  const Map scheduler = {{"type", "Formula"}, {"lr", "0.1 * (1 + epoch)"}, {"interval", "step"}};
  const TrialSchedule by_step(scheduler, 0.8, 0.9, {.epochs = 3, .steps_per_epoch = 4});
  EXPECT_DOUBLE_EQ(by_step.At(6).lr, 0.25);
  Map per_epoch = scheduler;
  per_epoch["interval"] = "epoch";
  const TrialSchedule by_epoch(per_epoch, 0.8, 0.9, {.epochs = 3, .steps_per_epoch = 4});
  EXPECT_DOUBLE_EQ(by_epoch.At(6).lr, 0.2);
}

TEST(FormulaTest, HoldsItsLastRateBeyondTheRun) {
  EXPECT_EQ(Of("1 - t / T")(1'000'000).lr, Of("1 - t / T")(9).lr);
}

TEST(FormulaTest, RefusesARateThatCannotBeAppliedWithItsTick) {
  EXPECT_EQ(Refusal({.lr = "1 - t / 4"}),
            "lr: gives -0.25 at t = 5 of 10, expected a number of at least 0: \"1 - t / 4\"");
  EXPECT_EQ(Refusal({.lr = "1 / (t - 7)^2"}),
            "lr: gives infinity at t = 7 of 10, expected a number of at least 0: "
            "\"1 / (t - 7)^2\"");
  EXPECT_EQ(Refusal({.lr = "sqrt(3 - t)"}),
            "lr: gives NaN at t = 4 of 10, expected a number of at least 0: \"sqrt(3 - t)\"");
  EXPECT_EQ(Refusal({.lr = "lr", .momentum = "t"}),
            "momentum: gives 2.0 at t = 2 of 10, expected a number of at least 0 and at most 1: "
            "\"t\"");
}

TEST(FormulaTest, RefusesWhatItCannotReadWithThePlaceInTheText) {
  EXPECT_EQ(Refusal({.lr = "bas * t", .params = {{"base", 0.1}}}),
            "lr: unknown name \"bas\" at character 1; did you mean \"base\"? in \"bas * t\"");
  EXPECT_EQ(Refusal({.lr = "lr", .params = {{"T", 0.1}}}),
            "params.T: the name has a meaning of its own; choose another one");
  EXPECT_EQ(Refusal({.lr = "lr", .params = {{"exp", 0.1}}}),
            "params.exp: the name has a meaning of its own; choose another one");
  EXPECT_EQ(Refusal({.lr = "lr", .params = {{"2x", 0.1}}}),
            "params.2x: expected a name of letters, digits and _");
}

TEST(FormulaTest, OverridesWhatItDoesNotUse) {
  const SchedulerType& type = *FindSchedulerType("Formula");
  const Map scheduler = {
      {"lr", "base"}, {"momentum", "0.5"}, {"params", Map{{"base", 0.1}, {"other", 1.0}}}};
  EXPECT_EQ(
      type.overrides(scheduler),
      (std::vector<std::string>{"optimizer.lr", "optimizer.momentum", "scheduler.params.other"}));
  EXPECT_TRUE(type.overrides({{"lr", "lr * 0.5"}}).empty());
}

TEST(FormulaTest, StandsInSequentialLrOnItsOwnClock) {
  const Map line = {{"type", "Formula"}, {"lr", "lr * (t + 1) / T"}};
  const Map parameters = {
      {"type", "SequentialLR"}, {"schedulers", List{line, line}}, {"milestones", List{4}}};
  const Schedule schedule = BuildSchedule(parameters, {.lr = 0.8, .run_ticks = 20});
  EXPECT_DOUBLE_EQ(schedule(3).lr, 0.8);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 0.05);
  EXPECT_DOUBLE_EQ(schedule(19).lr, 0.8);
}

TEST(FormulaTest, IsNoFactorInChainedScheduler) {
  const Map parameters = {{"type", "ChainedScheduler"},
                          {"schedulers", List{Map{{"type", "Formula"}, {"lr", "lr"}}}}};
  EXPECT_THROW(BuildSchedule(parameters, {.lr = 0.8, .run_ticks = 20}), std::invalid_argument);
}

// The run is too long to be kept, so that the threads share the formula's variables.
TEST(FormulaTest, IsSafeFromSeveralThreads) {
  constexpr int64_t kLong = 5'000'000;
  const Schedule schedule = Of("t + 0 * sin(t)", {}, kLong);
  const auto count_right = [&schedule](int64_t first, int64_t& right) {
    for (int64_t tick = first; tick < 40'000; tick += 4) {
      right += schedule(tick).lr == static_cast<double>(tick) ? 1 : 0;
    }
  };
  std::vector<int64_t> right(4);
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < 4; ++i) threads.emplace_back(count_right, i, std::ref(right[i]));
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, std::vector<int64_t>(4, 10'000));
}

TEST(FormulaTest, ComputesRandomFormulasAsPythonDoes) {
  const std::vector<GoldenCase> cases = ReadGolden("Formula");
  ASSERT_GE(cases.size(), 100U);
  for (const GoldenCase& golden : cases) {
    SCOPED_TRACE(golden.line);
    const Schedule schedule = BuildSchedule(
        golden.parameters, {.lr = golden.lr, .momentum = golden.momentum, .run_ticks = golden.run});
    for (const GoldenRow& row : golden.rows) {
      const Rates rates = schedule(row.tick);
      ASSERT_LE(std::abs(rates.lr - row.lr), 1e-15 * row.lr) << row.tick;
      ASSERT_LE(std::abs(rates.momentum - row.momentum), 1e-15 * row.momentum) << row.tick;
    }
  }
}

}  // namespace
}  // namespace lrsweep
