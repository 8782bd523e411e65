#include "sweep/verification/trial_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "params/errors.h"
#include "schedulers/catalog.h"
#include "sweep/search/search_space.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// Every optimizer, with and without its defaults.
const char kOptimizers[] =
    "  - {lr: 0.1}\n"
    "  - {type: SGD, lr: 0.25, momentum: 0.9, weight_decay: 0.0005, nesterov: true}\n"
    "  - {type: SGD, lr: 1.0e-3, momentum: 0.5, dampening: 0.25}\n"
    "  - {type: Adam}\n"
    "  - {type: Adam, lr: 0.002, betas: [0.85, 0.99], eps: 1.0e-7}\n"
    "  - {type: AdamW, lr: 0.003, weight_decay: 0.1}\n";

SearchSpace Space(const std::string& scheduler, const std::string& rest = "") {
  return SearchSpace(
      ParseSweepConfig("name: s\ntraining: {epochs: 40, seed: 3, batch_size: 32}\n"
                       "optimizer:\n" +
                           std::string(kOptimizers) + "scheduler: " + scheduler + "\n" + rest,
                       "s.yaml"));
}

SweepRecord Sweep() {
  SweepRecord sweep;
  sweep.name = "s";
  sweep.engine = "cpu";
  sweep.version = "0.1.0";
  return sweep;
}

TrialRow RowOf(const Trial& trial) {
  TrialRow row;
  row.trial_id = trial.id;
  row.params_json = ToJson(trial.params);
  return row;
}

/// Stores every trial of the space and takes it back.
void ExpectAllRestored(const SearchSpace& space) {
  for (size_t i = 0; i < space.size(); ++i) {
    const Trial trial = space.At(i);
    const Trial restored = RestoreTrial(Sweep(), RowOf(trial));
    EXPECT_EQ(restored.id, trial.id) << ToJson(trial.params);
    EXPECT_EQ(restored.group_id, trial.group_id);
    EXPECT_EQ(ToJson(restored.params), ToJson(trial.params));
  }
}

class EveryScheduler : public testing::TestWithParam<std::string> {};

TEST_P(EveryScheduler, IsRestoredUnderEveryOptimizer) {
  const std::string example = FindSchedulerType(GetParam())->example;
  ExpectAllRestored(Space(example));
}

std::vector<std::string> SchedulerNames() {
  std::vector<std::string> names;
  for (const SchedulerType& type : SchedulerTypes()) names.push_back(type.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Catalog, EveryScheduler, testing::ValuesIn(SchedulerNames()),
                         [](const auto& type) { return type.param; });

TEST(TrialConfigTest, GridsGiveEachOfTheirTrials) {
  ExpectAllRestored(
      Space("{type: CyclicLR, base_lr: {grid: [0.001, 0]}, max_lr: 0.1, step_size_up: 100, "
            "mode: {grid: [triangular, exp_range]}, gamma: 0.9999, cycle_momentum: {grid: [true, "
            "false]}, warmup: {steps: 50, start_factor: 0.2}}"));
}

TEST(TrialConfigTest, SchedulesInsideSchedulesAreRestored) {
  ExpectAllRestored(
      Space("{type: SequentialLR, milestones: [3, 9], schedulers: [{type: LinearLR, total_iters: "
            "3}, {type: ChainedScheduler, schedulers: [{type: StepLR, step_size: 5, gamma: {grid: "
            "[0.5, 0.1]}}, {type: ExponentialLR, gamma: 0.99}]}, {type: OneCycleLR, max_lr: 0.1, "
            "total_steps: run}], interval: step}"));
}

TEST(TrialConfigTest, TextsStayTexts) {
  for (const char* name : {"./2024", "\"null\"", "\"a folder: with #signs, \\\"quotes\\\" and é\"",
                           "\"true\"", "\"tab\\tand\\nline\"", "007"}) {
    ExpectAllRestored(Space("{type: ExponentialLR, gamma: 0.9}",
                            "dataset: {name: " + std::string(name) + ", validation: 100}\n"));
  }
}

TEST(TrialConfigTest, ConfigurationKeepsTheSweepsOtherSections) {
  SweepRecord sweep = Sweep();
  sweep.name = std::string(100, 'n');
  sweep.objective = {"val_loss", "min", "best"};
  sweep.record_steps = false;
  const Trial trial = Space("{type: StepLR, step_size: 5}").At(0);
  const std::string yaml = TrialConfigYaml(sweep, RowOf(trial));
  const SweepConfig config = ParseSweepConfig(yaml, "trial.yaml");
  EXPECT_EQ(config.name, std::string(80, 'n') + "-" + trial.id.substr(0, 8));
  EXPECT_EQ(config.engine, "cpu");
  EXPECT_EQ(config.objective, sweep.objective);
  EXPECT_FALSE(config.record_steps);
  EXPECT_THAT(yaml, HasSubstr("scheduler:\n  type: StepLR\n  step_size: 5\n"));
  EXPECT_THAT(yaml, Not(HasSubstr("gamma")));  // has its default
}

std::string ErrorOf(const TrialRow& row) {
  try {
    RestoreTrial(Sweep(), row);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(TrialConfigTest, WhatDoesNotGiveItsIdIsRefused) {
  TrialRow row = RowOf(Space("{type: StepLR, step_size: 5}").At(0));
  const std::string good = row.params_json;
  row.params_json.replace(good.find("\"seed\":3"), 8, "\"seed\":4");
  EXPECT_THAT(ErrorOf(row), HasSubstr("do not give its id"));
  row.params_json = good.substr(1);
  EXPECT_THAT(ErrorOf(row), StartsWith("trial " + row.trial_id + ": "));
  row.params_json = good;
  row.params_json.replace(good.find("StepLR"), 6, "NextLR");
  EXPECT_THAT(ErrorOf(row), HasSubstr("NextLR"));
}

/// A sweep of a user's program, stored as `yaml`.
SweepRecord ProgramSweep(const std::string& yaml) {
  SweepRecord sweep = Sweep();
  sweep.engine = kCommandEngine;
  sweep.config_yaml = yaml;
  sweep.objective = ParseSweepConfig(yaml, "s.yaml").objective;
  return sweep;
}

const char kProgram[] =
    "name: s\n"
    "trial:\n"
    "  command: [python, \"a b.py\", \"{args}\", \"{params.text}\", 3]\n"
    "  metrics: {acc: max, loss: min}\n"
    "  steps_per_epoch: 10\n"
    "  version: 1\n"
    "  timeout: 2h\n"
    "params:\n"
    "  width: {grid: [64, 1.5]}\n"
    "  text: {grid: [\"a: b\", \"true\", \"\", 日本, \"3\", \"{dir}\"]}\n"
    "  other: [1, {x: null, \"odd name\": 1.0e+20}, []]\n"
    "  empty: {}\n"
    "training: {epochs: 4, seed: {grid: [0, 7]}}\n"
    "optimizer: {type: Lion, lr: {grid: [0.1, 1]}, betas: [0.9, 0.99, 0.5]}\n"
    "scheduler: [{type: OneCycleLR, max_lr: 0.1, total_steps: run}, {type: StepLR, step_size: 2}]\n"
    "objective: {metric: acc}\n";

TEST(TrialConfigTest, AProgramsTrialsAreRestored) {
  const SearchSpace space(ParseSweepConfig(kProgram, "s.yaml"));
  ASSERT_EQ(space.size(), 72U);
  for (size_t i = 0; i < space.size(); ++i) {
    const Trial trial = space.At(i);
    const Trial restored = RestoreTrial(ProgramSweep(kProgram), RowOf(trial));
    EXPECT_EQ(restored.id, trial.id);
    EXPECT_EQ(restored.group_id, trial.group_id);
    EXPECT_EQ(ToJson(restored.params), ToJson(trial.params));
  }
}

TEST(TrialConfigTest, AProgramIsRunAsInItsSweep) {
  const SearchSpace space(ParseSweepConfig(kProgram, "s.yaml"));
  const std::string yaml = TrialConfigYaml(ProgramSweep(kProgram), RowOf(space.At(71)));
  const SweepConfig alone = ParseSweepConfig(yaml, "alone.yaml");
  ProgramSpec expected = *space.config().program;
  EXPECT_EQ(*alone.program, expected) << yaml;
  EXPECT_EQ(alone.objective, space.config().objective);
}

TEST(TrialConfigTest, ATrialOfAnEarlierCommandKeepsItsCommand) {
  const SearchSpace before(ParseSweepConfig(kProgram, "s.yaml"));
  std::string edited = kProgram;
  edited.replace(edited.find("a b.py"), 6, "new.py");
  edited.replace(edited.find("version: 1"), 10, "version: 2");
  const Trial trial = before.At(0);
  const std::string yaml = TrialConfigYaml(ProgramSweep(edited), RowOf(trial));
  EXPECT_THAT(yaml, HasSubstr("a b.py"));
  EXPECT_EQ(RestoreTrial(ProgramSweep(edited), RowOf(trial)).id, trial.id);
}

}  // namespace
}  // namespace lrsweep
