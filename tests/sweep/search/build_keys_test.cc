#include "sweep/search/build_keys.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <tuple>

#include "params/errors.h"
#include "schedulers/catalog.h"
#include "schedulers/trial_schedule.h"
#include "sweep/search/lint.h"
#include "sweep/search/schedule_parameter.h"

namespace lrsweep {
namespace {

SweepConfig Config(const std::string& scheduler,
                   const std::string& more = "search: {sampler: random, trials: 2}") {
  return ParseSweepConfig(
      "name: t\ntraining: {epochs: 10}\noptimizer: {lr: {uniform: [0.1, "
      "0.2]}, momentum: 0.9}\nscheduler: " +
          scheduler + "\n" + more,
      "s.yaml");
}

/// For which of some lengths the schedule can be built, as "1001...".
std::string Builds(const Map& section, double lr) {
  std::string builds;
  for (const int64_t epochs : {1, 2, 3, 7, 50}) {
    for (const int64_t steps : {1, 3, 40, 900}) {
      try {
        const TrialSchedule schedule(section, lr, 0.9, {epochs, steps});
        builds += '1';
      } catch (const std::invalid_argument&) {
        builds += '0';
      }
    }
  }
  return builds;
}

/// Whether a space may have a point with these parameters.
bool IsPossible(const Map& section) {
  try {
    TypeOf(section).Check(section);
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

/// Values that the parameter may have.
std::vector<Value> ValuesFor(const Parameter& parameter) {
  std::vector<Value> values;
  for (const double number : {0.0, 1e-4, 0.25, 0.5, 0.9, 1.0, 1.5, 30.0}) {
    try {
      values.push_back(Coerce(parameter, number));
    } catch (const std::invalid_argument&) {
      continue;
    }
  }
  return values;
}

class CatalogBuildTest : public testing::TestWithParam<const char*> {};

TEST_P(CatalogBuildTest, WhatDoesNotDecideIsWithoutInfluence) {
  const SweepConfig config = Config(GetParam());
  const Entry& entry = config.schedulers.front();
  const std::string expected = Builds(entry.section, 0.1);
  size_t compared = 0;
  for (const auto& [path, ignored] : Flatten({{"scheduler", entry.section}})) {
    if (DecidesBuild(entry, {.path = path})) continue;
    const std::string name = path.substr(std::string("scheduler.").size());
    for (const Value& value : ValuesFor(*ParameterAt(entry.section, name))) {
      Map section = entry.section;
      SetAt(section, name, value);
      if (!IsPossible(section)) continue;
      EXPECT_EQ(Builds(section, 0.1), expected) << path << " " << ToJson(value);
      ++compared;
    }
  }
  if (!DecidesBuild(entry, {.path = "optimizer.lr"})) {
    for (const double lr : {0.0, 1e-6, 3.0}) EXPECT_EQ(Builds(entry.section, lr), expected) << lr;
    ++compared;
  }
  const bool is_formula = entry.type == "Formula";
  EXPECT_EQ(compared == 0, is_formula);
}

/// Of every type one entry, with numbers of ticks and shares that fit some lengths alone.
INSTANTIATE_TEST_SUITE_P(
    Types, CatalogBuildTest,
    testing::Values(
        "{type: StepLR, step_size: 1%, gamma: 0.5}",
        "{type: MultiStepLR, milestones: [30%, 4], gamma: 0.5}",
        "{type: ConstantLR, factor: 0.5, total_iters: 20%}",
        "{type: LinearLR, start_factor: 0.5, total_iters: 20%}",
        "{type: ExponentialLR, gamma: 0.5, warmup: {steps: 30%}}",
        "{type: PolynomialLR, total_iters: run, power: 2}",
        "{type: CosineAnnealingLR, T_max: run, warmup: {steps: 45}}",
        "{type: CosineAnnealingWarmRestarts, T_0: 20%}",
        "{type: CyclicLR, base_lr: 0.1, max_lr: 1, step_size_up: 10%}",
        "{type: OneCycleLR, max_lr: 1, total_steps: 50%}",
        "{type: ReduceLROnPlateau, patience: 10%}",
        "{type: SequentialLR, milestones: [10%], schedulers: [{type: LinearLR, total_iters: "
        "run}, {type: CosineAnnealingLR, T_max: run}]}",
        "{type: ChainedScheduler, schedulers: [{type: ConstantLR, factor: 0.1, total_iters: "
        "10%}, {type: PolynomialLR, total_iters: 50%}]}",
        "{type: WSD, num_warmup_steps: 3, num_decay_steps: 80%}",
        "{type: InverseSqrt, num_warmup_steps: 10%}",
        "{type: CosineWithHardRestarts, num_cycles: 3, num_training_steps: run}",
        "{type: REX, total_iters: 10%}",
        "{type: InverseTimeDecay, decay_rate: 1, decay_steps: 10%}",
        "{type: PiecewiseLinear, milestones_values: [[0, 0.1], [20%, 1.0], [4, 0.5]]}",
        "{type: LRRangeTest, start_lr: 1.0e-5, end_lr: 1, num_iter: 10%}",
        "{type: Formula, lr: lr * a, params: {a: 0.5}}"));

TEST(BuildKeysTest, SampledRatesHaveOneKey) {
  const SearchSpace space(Config("{type: StepLR, step_size: 2, gamma: {uniform: [0.1, 0.9]}}",
                                 "search: {sampler: random, trials: 20}"));
  BuildKeys keys(space);
  for (size_t i = 0; i < space.size(); ++i) EXPECT_EQ(keys.Of(i), 0U);
  EXPECT_EQ(keys.size(), 1U);
}

TEST(BuildKeysTest, SampledNumbersOfTicksHaveAKeyEach) {
  const SearchSpace space(
      Config("[{type: StepLR, step_size: {randint: [1, 4]}, gamma: {uniform: [0.1, 0.9]}}, {type: "
             "StepLR, step_size: {grid: [1, 2, 3, 4]}}]",
             "search: {sampler: random, trials: 40}"));
  BuildKeys keys(space);
  std::set<std::tuple<bool, std::string, size_t>> found;  // entry, ticks, key
  for (size_t i = 0; i < space.size(); ++i) {
    const std::string ticks = ToJson(*Find(space.At(i).params, "scheduler.step_size"));
    found.emplace(space.SchedulerEntryAt(i).axes.size() == 2, ticks, keys.Of(i));
  }
  EXPECT_EQ(found.size(), 3U + 4U);
  EXPECT_EQ(keys.size(), 3U + 4U);
}

TEST(BuildKeysTest, ScheduleThatCannotBeBuiltIsFoundBehindTheFirstThousand) {
  const std::string many = "{type: StepLR, step_size: 2, gamma: {uniform: [0.1, 0.9]}}";
  const SearchSpace good(Config("[" + many + "]", "search: {sampler: random, trials: 1500}"));
  EXPECT_NO_THROW(Lint(good, 60'000));
  const SearchSpace bad(
      Config("[" + many +
                 ", {type: StepLR, step_size: {choice: [50%, 1%]}, gamma: {uniform: [0.1, 0.9]}}]",
             "search: {sampler: random, trials: 1500}"));
  size_t first = 0;
  while (bad.SchedulerEntryAt(first).axes.size() == 1 ||
         *Find(bad.At(first).params, "scheduler.step_size") != Value("1%")) {
    ++first;
  }
  try {
    Lint(bad, 60'000);
    FAIL() << "1% of ten epochs is no epoch";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("(trial " + bad.At(first).id + ")"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace lrsweep
