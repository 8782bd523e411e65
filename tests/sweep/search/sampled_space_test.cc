// Spaces of which a sampler draws the points.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "sweep/search/search_space.h"

namespace lrsweep {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const char kStep[] = "{type: StepLR, step_size: {randint: [2, 20]}, gamma: {uniform: [0.1, 0.9]}}";
const char kLr[] = "{lr: {loguniform: [0.001, 1]}}";

SweepConfig Config(const std::string& scheduler, const std::string& search,
                   const std::string& optimizer = kLr, const std::string& training = "{epochs: 2}",
                   const std::string& rest = "") {
  return ParseSweepConfig("name: t\ntraining: " + training + "\noptimizer: " + optimizer +
                              "\nscheduler: " + scheduler + "\nsearch: " + search + "\n" + rest +
                              "\n",
                          "s.yaml");
}

std::vector<std::string> ValuesOf(const SearchSpace& space, const std::string& path,
                                  const std::string& scheduler = "") {
  std::vector<std::string> values;
  for (size_t i = 0; i < space.size(); ++i) {
    const Trial trial = space.At(i);
    if (!scheduler.empty() && trial.scheduler != scheduler) continue;
    const Value* value = Find(trial.params, path);
    values.push_back(value != nullptr ? ToJson(*value) : "absent");
  }
  return values;
}

std::string ErrorOf(SweepConfig config) {
  try {
    const SearchSpace space(std::move(config));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(SampledSpaceTest, ValuesAreThoseOfAnIndependentComputation) {
  // By Python: SplitMix64 from the first 64 bits of the SHA-256 of [7,"StepLR SGD","optimizer.lr"],
  // and powers in decimals of 60 digits.
  const SearchSpace space(Config(kStep, "{sampler: random, trials: 6, seed: 7}"));
  EXPECT_THAT(ValuesOf(space, "optimizer.lr"), ElementsAre("0.789427", "0.150072", "0.286451",
                                                           "0.0451363", "0.0581221", "0.0753849"));
  EXPECT_THAT(ValuesOf(space, "scheduler.step_size"), ElementsAre("9", "11", "4", "6", "17", "19"));
  EXPECT_THAT(ValuesOf(space, "scheduler.gamma"),
              ElementsAre("0.562455", "0.415801", "0.584541", "0.405651", "0.33361", "0.483316"));
}

TEST(SampledSpaceTest, EachEntryHasItsPointsWithEverySeedAndGridValue) {
  const SearchSpace space(Config(std::string("[") + kStep + ", {type: ConstantLR}]",
                                 "{sampler: random, trials: 5}",
                                 "[{type: SGD, lr: {loguniform: [0.001, 1]}, weight_decay: {grid: "
                                 "[0, 0.1]}}, {type: Adam, lr: {uniform: [0.001, 0.1]}}]",
                                 "{epochs: 2, seed: {grid: [3, 1, 2]}}"));
  EXPECT_EQ(space.size(), 2U * (5 * 2 * 3 + 5 * 3));
  EXPECT_EQ(space.points(), space.size());
  EXPECT_THAT(space.notes(), IsEmpty());
  const std::vector<SpacePoint> points = space.Points();
  ASSERT_EQ(points.size(), 2U * (5 * 2 + 5));
  std::set<std::string> rates;
  for (const SpacePoint& point : points) {
    ASSERT_EQ(point.trials.size(), 3U);
    EXPECT_EQ(space.At(point.trials[0]).seed, 3);
    EXPECT_EQ(space.At(point.trials[2]).seed, 2);
    rates.insert(ToJson(*Find(space.At(point.trials[0]).params, "optimizer.lr")));
  }
  EXPECT_EQ(rates.size(), 20U);  // five of each pair of entries, each with its own numbers
  EXPECT_EQ(points.back().scheduler_entry, 1U);
}

TEST(SampledSpaceTest, AddingAnEntryOrAnAxisLeavesTheOtherValues) {
  const std::string search = "{sampler: random, trials: 8}";
  const SearchSpace before(Config(kStep, search));
  const SearchSpace after(
      Config(std::string("[{type: OneCycleLR, max_lr: {uniform: [0.1, 1]}, total_steps: run}, ") +
                 kStep + "]",
             search, "{momentum: {uniform: [0, 0.9]}, lr: {loguniform: [0.001, 1]}}"));
  for (const char* path : {"optimizer.lr", "scheduler.step_size", "scheduler.gamma"}) {
    EXPECT_EQ(ValuesOf(before, path), ValuesOf(after, path, "StepLR")) << path;
  }
  const SearchSpace more(Config(kStep, "{sampler: random, trials: 12}"));
  EXPECT_EQ(more.IdAt(7), before.IdAt(7));
}

TEST(SampledSpaceTest, AddingAnEntryLeavesTheOtherPointsOfSobol) {
  const std::string search = "{sampler: sobol, trials: 8}";
  const SearchSpace before(Config(kStep, search));
  const SearchSpace after(Config(std::string("[{type: ConstantLR}, ") + kStep + "]", search));
  for (size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before.IdAt(i), after.IdAt(8 + i));
}

TEST(SampledSpaceTest, SobolFillsEachRangeEvenly) {
  const SearchSpace space(
      Config("{type: ConstantLR}", "{sampler: sobol, trials: 16}", "{lr: {uniform: [0, 1]}}"));
  std::set<int> sixteenths;
  for (const std::string& lr : ValuesOf(space, "optimizer.lr")) {
    sixteenths.insert(static_cast<int>(16 * std::stod(lr)));
  }
  EXPECT_EQ(sixteenths.size(), 16U);
}

TEST(SampledSpaceTest, AnotherSeedDrawsOtherPoints) {
  for (const char* sampler : {"random", "sobol"}) {
    const std::string search = std::string("{trials: 4, sampler: ") + sampler;
    const SearchSpace zero(Config(kStep, search + "}"));
    const SearchSpace one(Config(kStep, search + ", seed: 1}"));
    EXPECT_NE(zero.IdAt(0), one.IdAt(0)) << sampler;
    EXPECT_EQ(zero.IdAt(0), SearchSpace(Config(kStep, search + ", seed: 0}")).IdAt(0)) << sampler;
  }
}

TEST(SampledSpaceTest, WhatAnEntryOverridesIsNotSampledForIt) {
  const SearchSpace space(
      Config("[{type: OneCycleLR, max_lr: 0.5, total_steps: run}, {type: ConstantLR}]",
             "{sampler: random, trials: 4}"));
  EXPECT_EQ(space.size(), 5U);
  EXPECT_THAT(space.notes(),
              ElementsAre("optimizer.lr has no effect under OneCycleLR: it is not sampled",
                          "OneCycleLR has 1 point in place of 4: further draws repeat these or "
                          "are excluded"));
}

TEST(SampledSpaceTest, FewValuesGiveEachPointOnce) {
  const SearchSpace space(
      Config("{type: StepLR, step_size: {randint: [1, 4]}, gamma: {choice: "
             "[0.1, 0.2]}}",
             "{sampler: random, trials: 64}", "{lr: 0.1}"));
  EXPECT_EQ(space.size(), 6U);
  EXPECT_THAT(space.notes(), ElementsAre("StepLR has 6 points in place of 64: there are no more"));
}

TEST(SampledSpaceTest, EntryWithNothingToSampleHasItsGrid) {
  const SearchSpace space(
      Config("[{type: StepLR, step_size: {randint: [1, 9]}}, {type: "
             "ConstantLR, factor: {grid: [0.5, 1]}}]",
             "{sampler: random, trials: 4}", "{lr: 0.1}"));
  EXPECT_EQ(space.size(), 6U);
  EXPECT_THAT(space.notes(), ElementsAre("ConstantLR has nothing to sample: 2 points"));
}

TEST(SampledSpaceTest, ComposedSchedulesAndProgramsAreSampled) {
  const SearchSpace space(ParseSweepConfig(
      "name: t\ntrial: {command: [train], metrics: {loss: min}}\n"
      "params: {width: {lograndint: [16, 1024]}, act: {choice: [relu, tanh]}}\n"
      "training: {epochs: 2}\noptimizer: {lr: 0.1}\n"
      "scheduler: {type: SequentialLR, milestones: [1], schedulers: [{choice: [{type: ConstantLR}, "
      "{type: LinearLR}]}, {type: StepLR, step_size: 1, gamma: {uniform: [0.1, 1]}}]}\n"
      "search: {sampler: sobol, trials: 32}\n",
      "s.yaml"));
  EXPECT_EQ(space.size(), 32U);
  const auto acts = ValuesOf(space, "params.act");
  EXPECT_EQ(std::set<std::string>(acts.begin(), acts.end()).size(), 2U);
  const auto types = ValuesOf(space, "scheduler.schedulers.0.type");
  EXPECT_EQ(std::set<std::string>(types.begin(), types.end()).size(), 2U);
  for (const std::string& width : ValuesOf(space, "params.width")) {
    EXPECT_GE(std::stoi(width), 16);
    EXPECT_LT(std::stoi(width), 1024);
    EXPECT_EQ(width.find('.'), std::string::npos);
  }
}

TEST(SampledSpaceTest, ExcludedDrawsAreReplaced) {
  const SearchSpace all(Config(kStep, "{sampler: random, trials: 6, seed: 7}"));
  const SearchSpace space(Config(kStep, "{sampler: random, trials: 6, seed: 7}", kLr, "{epochs: 2}",
                                 "exclude: [\"lr > 0.2\"]"));
  EXPECT_EQ(space.size(), 6U);
  EXPECT_EQ(space.IdAt(0), all.IdAt(1));
  EXPECT_EQ(space.IdAt(1), all.IdAt(3));
  EXPECT_THAT(space.notes(), Contains("exclude \"lr > 0.2\" passes over 2 draws"));
}

TEST(SampledSpaceTest, ADrawWithSomeOfItsGridExcludedKeepsTheRest) {
  const SearchSpace space(Config(
      "{type: CosineAnnealingLR, T_max: run, eta_min: {uniform: [0, "
      "1]}}",
      "{sampler: random, trials: 20}", "{lr: {grid: [0.5, 1]}}",
      "{epochs: 2, seed: {grid: [0, 1]}}", "exclude: [\"scheduler.eta_min >= optimizer.lr\"]"));
  EXPECT_EQ(space.points(), 80U);
  const auto rates = ValuesOf(space, "optimizer.lr");
  const auto low = static_cast<size_t>(std::count(rates.begin(), rates.end(), "0.5"));
  EXPECT_EQ(rates.size() - low, 40U);
  EXPECT_GT(low, 0U);
  EXPECT_LT(low, 40U);
  EXPECT_THAT(space.notes(), ElementsAre("exclude \"scheduler.eta_min >= optimizer.lr\" removes " +
                                         std::to_string((40 - low) / 2) + " points"));
}

TEST(SampledSpaceTest, ContradictoryPointsMayBeExcluded) {
  const std::string cyclic =
      "{type: CyclicLR, base_lr: {uniform: [0, 1]}, max_lr: {uniform: [0, 1]}, step_size_up: 5}";
  const std::string search = "{sampler: random, trials: 10}";
  EXPECT_THAT(ErrorOf(Config(cyclic, search, "{lr: 0.1}")), HasSubstr("is above max_lr"));
  const SearchSpace space(
      Config(cyclic, search, "{lr: 0.1}", "{epochs: 2}", "exclude: [\"base_lr > max_lr\"]"));
  EXPECT_EQ(space.size(), 10U);
}

TEST(SampledSpaceTest, MistakesHaveTheirPlace) {
  const std::string search = "{sampler: random, trials: 10}";
  EXPECT_EQ(ErrorOf(Config(kStep, search, kLr, "{epochs: 2}", "exclude: [\"lr > 0\"]")),
            "s.yaml:6:11: exclude: \"lr > 0\" leaves no point of the space");
  EXPECT_EQ(ErrorOf(Config(kStep, "{sampler: random, trials: 1000000}", kLr,
                           "{epochs: 2, seed: {grid: [0, 1]}}")),
            "s.yaml:2:36: the space has more than 1000000 points; training.seed is where it "
            "passes that");
  std::string params = "params: {";
  for (int i = 0; i < 65; ++i) params += "p" + std::to_string(i) + ": {uniform: [0, 1]}, ";
  EXPECT_EQ(ErrorOf(ParseSweepConfig(
                "name: t\ntrial: {command: [train], metrics: {loss: min}}\n" + params +
                    "}\ntraining: {epochs: 2}\noptimizer: {lr: 0.1}\nscheduler: {type: "
                    "ConstantLR}\nsearch: {sampler: sobol}\n",
                "s.yaml")),
            "s.yaml:7:19: search.sampler: sobol draws at most 64 axes together, but ConstantLR has "
            "65: write sampler: random");
}

}  // namespace
}  // namespace lrsweep
