// Grids of which zips and exclusions leave out points.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/search/search_space.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

SweepConfig Config(const std::string& optimizer, const std::string& scheduler,
                   const std::string& rest, const std::string& training = "{epochs: 2}") {
  return ParseSweepConfig("name: t\ntraining: " + training + "\noptimizer: " + optimizer +
                              "\nscheduler: " + scheduler + "\n" + rest + "\n",
                          "s.yaml");
}

/// "lr gamma seed" of each trial.
std::vector<std::string> Rows(const SearchSpace& space) {
  std::vector<std::string> rows;
  for (size_t i = 0; i < space.size(); ++i) {
    const Trial trial = space.At(i);
    std::string row;
    for (const char* path : {"optimizer.lr", "scheduler.gamma", "training.seed"}) {
      const Value* value = Find(trial.params, path);
      row += (row.empty() ? "" : " ") + (value != nullptr ? ToJson(*value) : "-");
    }
    rows.push_back(row);
  }
  return rows;
}

std::string ErrorOf(SweepConfig config) {
  try {
    const SearchSpace space(std::move(config));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

const char kLr[] = "{lr: {grid: [0.1, 0.2, 0.1]}}";
const char kGamma[] = "{type: StepLR, step_size: 5, gamma: {grid: [0.5, 0.6, 0.7]}}";
const char kSeeds[] = "{epochs: 2, seed: {grid: [0, 1]}}";

TEST(ZipTest, AxesGoTogetherWhereTheFirstOneStands) {
  const SearchSpace space(Config(kLr, kGamma, "zip: [[optimizer.lr, scheduler.gamma]]", kSeeds));
  EXPECT_THAT(Rows(space), ElementsAre("0.1 0.5 0", "0.1 0.5 1", "0.2 0.6 0", "0.2 0.6 1",
                                       "0.1 0.7 0", "0.1 0.7 1"));
  EXPECT_EQ(space.points(), 6U);
  EXPECT_THAT(space.notes(), ElementsAre("zip [optimizer.lr, scheduler.gamma] removes 3 points"));
  EXPECT_EQ(space.EpochsAt(3), 2);
}

TEST(ZipTest, TrialsAreThoseOfTheGrid) {
  const SearchSpace grid(Config("{lr: {grid: [0.1, 0.2]}}",
                                "{type: StepLR, step_size: 5, gamma: {grid: [0.5, 0.6]}}", ""));
  const SearchSpace zipped(Config("{lr: {grid: [0.1, 0.2]}}",
                                  "{type: StepLR, step_size: 5, gamma: {grid: [0.5, 0.6]}}",
                                  "zip: [[scheduler.gamma, optimizer.lr]]"));
  ASSERT_EQ(zipped.size(), 2U);
  EXPECT_EQ(zipped.IdAt(0), grid.IdAt(0));
  EXPECT_EQ(zipped.IdAt(1), grid.IdAt(3));
}

TEST(ZipTest, AnEntryWithOneOfTheAxesKeepsItAlone) {
  const SearchSpace space(Config(kLr, std::string("[{type: ConstantLR}, ") + kGamma + "]",
                                 "zip: [[optimizer.lr, scheduler.gamma]]"));
  EXPECT_THAT(Rows(space),
              ElementsAre("0.1 - 0", "0.2 - 0", "0.1 0.5 0", "0.2 0.6 0", "0.1 0.7 0"));
}

TEST(ZipTest, AxesOfDifferentLengthsAreAMistake) {
  EXPECT_EQ(
      ErrorOf(Config("{lr: {grid: [0.1, 0.2]}}", kGamma, "zip: [[optimizer.lr, scheduler.gamma]]")),
      "s.yaml:3:24: zip: optimizer.lr has 2 values and scheduler.gamma has 3: axes that go "
      "together have the same number of values");
}

TEST(ZipTest, AxesThatNoScheduleHasTogetherAreAMistake) {
  EXPECT_EQ(ErrorOf(Config("{lr: 0.1}",
                           "[{type: StepLR, step_size: {grid: [1, 2]}}, {type: ExponentialLR, "
                           "gamma: {grid: [0.5, 0.6]}}]",
                           "zip: [[scheduler.step_size, scheduler.gamma]]")),
            "s.yaml:5:7: zip: no schedule has several of the axes scheduler.step_size, "
            "scheduler.gamma");
}

TEST(ExclusionTest, CountsWhatEachConditionRemoves) {
  const SearchSpace space(Config("{lr: {grid: [0.1, 0.5, 0.55]}}", kGamma,
                                 "exclude: [\"optimizer.lr < scheduler.gamma - 0.12\", \"lr = 7\"]",
                                 kSeeds));
  EXPECT_THAT(Rows(space), ElementsAre("0.5 0.5 0", "0.55 0.5 0", "0.5 0.5 1", "0.55 0.5 1",
                                       "0.5 0.6 0", "0.55 0.6 0", "0.5 0.6 1", "0.55 0.6 1"));
  EXPECT_EQ(space.points(), 18U);
  EXPECT_THAT(space.notes(),
              ElementsAre("exclude \"optimizer.lr < scheduler.gamma - 0.12\" removes 5 points",
                          "exclude \"lr = 7\" removes 0 points"));
}

TEST(ExclusionTest, SeesTheTrialsParameters) {
  const std::string both =
      "[{type: ConstantLR}, {type: OneCycleLR, max_lr: 0.3, total_steps: run}]";
  const auto left = [&both](const std::string& condition) {
    return SearchSpace(Config("{lr: {grid: [0.1, 0.2]}}", both, "exclude: [\"" + condition + "\"]"))
        .size();
  };
  EXPECT_EQ(left("lr IS NULL"), 2U);  // OneCycleLR sets the rates itself
  EXPECT_EQ(left("scheduler = 'ConstantLR' and lr > 0.1"), 2U);
  EXPECT_EQ(left("scheduler.type LIKE 'one%'"), 2U);
  EXPECT_EQ(left("nesterov or max_lr > 0.2"), 2U);
}

TEST(ExclusionTest, ReadsListsAndMembersOfComposedSchedules) {
  const SearchSpace space(Config(
      "{lr: 0.1}",
      "{type: SequentialLR, milestones: {grid: [[1], [2]]}, schedulers: [{grid: [{type: "
      "ConstantLR}, {type: LinearLR}]}, {type: StepLR, step_size: {grid: [1, 2]}}]}",
      "exclude: [\"schedulers.0.type = 'LinearLR' and schedulers.1.step_size = 2\", \"milestones "
      "= '[2]'\"]",
      "{epochs: 4}"));
  EXPECT_EQ(space.size(), 3U);
}

TEST(ExclusionTest, MistakesHaveTheirPlaceAndASentence) {
  const auto error_of = [](const std::string& condition) {
    return ErrorOf(Config("{lr: {grid: [0.1, 0.5]}}", "{type: ConstantLR}",
                          "exclude: [\"" + condition + "\"]", kSeeds));
  };
  EXPECT_EQ(error_of("lr > 0"), "s.yaml:5:11: exclude: \"lr > 0\" leaves no point of the space");
  EXPECT_EQ(error_of("lr >"), "s.yaml:5:11: exclude: near \")\": syntax error");
  EXPECT_THAT(error_of("gamma > 1"), HasSubstr("s.yaml:5:11: exclude: no such column: gamma; known "
                                               "are batch_size"));
  EXPECT_EQ(error_of("seed = 1"),
            "s.yaml:5:11: exclude: a condition cannot name the seed, since each point is trained "
            "with each seed");
  EXPECT_THAT(error_of("training.seed = 1"), HasSubstr("cannot name the seed"));
  EXPECT_THAT(error_of("random() > 0"), HasSubstr("the function random is not for conditions"));
  EXPECT_THAT(error_of("lr > (SELECT min(lr) FROM trials)"), HasSubstr("no such table"));
  EXPECT_THAT(error_of("epochs_to(val_accuracy, 0.9) > 1"), HasSubstr("s.yaml:5:11: exclude: "));
  EXPECT_THAT(error_of("lr > ?"), HasSubstr("in the place of a parameter"));
}

}  // namespace
}  // namespace lrsweep
