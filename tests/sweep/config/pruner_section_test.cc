#include "sweep/config/pruner_section.h"

#include <gtest/gtest.h>

#include "sweep/config/sweep_config.h"

namespace lrsweep {
namespace {

std::string Text(const std::string& pruner, const std::string& training = "epochs: 27",
                 const std::string& more = "") {
  return "name: t\ntraining: {" + training + "}\noptimizer: {lr: 0.1}\n" +
         "scheduler: {type: StepLR, step_size: 2}\npruner: " + pruner + "\n" + more;
}

std::string ErrorOf(const std::string& text) {
  try {
    ParseSweepConfig(text, "s.yaml");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(PrunerSectionTest, DefaultsAreHalvingByThreesOnShortenedRungs) {
  const auto pruner = ParseSweepConfig(Text("{type: SuccessiveHalving}"), "s.yaml").pruner.value();
  EXPECT_EQ(pruner.grace_period, 1);
  EXPECT_EQ(pruner.reduction_factor, 3);
  EXPECT_EQ(pruner.rung_seeds, 3);
  EXPECT_EQ(pruner.brackets, 1);
  EXPECT_FALSE(pruner.is_truncated);
}

TEST(PrunerSectionTest, HyperbandHasABracketForEachRung) {
  EXPECT_EQ(ParseSweepConfig(Text("{type: Hyperband}"), "s.yaml").pruner->brackets, 4);
  EXPECT_EQ(ParseSweepConfig(Text("{type: Hyperband, brackets: 2}"), "s.yaml").pruner->brackets, 2);
}

TEST(PrunerSectionTest, EachMistakeHasItsSentence) {
  const std::pair<std::string, const char*> mistakes[] = {
      {Text("{grace_period: 2}"),
       "s.yaml:5:9: pruner.type is required: SuccessiveHalving or Hyperband"},
      {Text("{type: ASHAScheduler}"),
       "s.yaml:5:16: pruner.type: unknown pruner \"ASHAScheduler\"; did you mean "
       "\"SuccessiveHalving\"?"},
      {Text("{type: Hyperband, min_resource: 2}"),
       "s.yaml:5:27: pruner: unknown pruner parameter \"min_resource\"; did you mean "
       "\"grace_period\"?"},
      {Text("{type: Hyperband, eta: 2}"),
       "s.yaml:5:27: pruner: unknown pruner parameter \"eta\"; did you mean "
       "\"reduction_factor\"?"},
      {Text("{type: Hyperband, min_iter: 2}"),
       "s.yaml:5:27: pruner: unknown pruner parameter \"min_iter\"; did you mean "
       "\"grace_period\"?"},
      {Text("{type: Hyperband, divisor: 2}"),
       "s.yaml:5:27: pruner: unknown pruner parameter \"divisor\"; did you mean "
       "\"reduction_factor\"?"},
      {Text("{type: Hyperband, max_t: 20}"),
       "s.yaml:5:27: pruner: unknown pruner parameter \"max_t\"; the most is training.epochs"},
      {Text("{type: Hyperband, grace_priod: 2}"),
       "s.yaml:5:27: pruner.grace_priod: unknown pruner parameter \"grace_priod\"; did you mean "
       "\"grace_period\"?"},
      {Text("{type: SuccessiveHalving, reduction_factor: 1}"),
       "s.yaml:5:53: pruner.reduction_factor: expected an integer of at least 2, not 1"},
      {Text("{type: SuccessiveHalving, grace_period: 0}"),
       "s.yaml:5:49: pruner.grace_period: expected an integer of at least 1, not 0"},
      {Text("{type: SuccessiveHalving, rungs: long}"),
       "s.yaml:5:42: pruner.rungs: expected one of shortened, truncated, not \"long\""},
      {Text("{type: SuccessiveHalving, brackets: 2}"),
       "s.yaml:5:45: pruner.brackets: SuccessiveHalving has one bracket: write type: Hyperband"},
      {Text("{type: Hyperband, brackets: 5}"),
       "s.yaml:5:9: pruner.brackets: 5 are more than the 4 rungs with which a bracket can begin"},
      {Text("{type: Hyperband, grace_period: 28}"),
       "s.yaml:5:41: pruner.grace_period: 28 epochs is longer than the run of 27 epochs"},
      {Text("{type: Hyperband, grace_period: 10}"),
       "s.yaml:5:41: pruner: there is nothing to prune: the rung below the run of 27 epochs would "
       "be at 9, less than grace_period (10)"},
      {Text("{type: Hyperband, grace_period: {grid: [1, 2]}}"),
       "s.yaml:5:48: pruner.grace_period: cannot be swept; one sweep has one pruner"},
      {Text("{type: Hyperband}", "epochs: {grid: [9, 27]}"),
       "s.yaml:2:27: training.epochs: with a pruner it is the budget of the last rung, and trials "
       "cannot differ in it: write one number"},
      {Text("{type: Hyperband}", "epochs: 27",
            "objective: {metric: \"seconds_to(val_accuracy, 0.9)\"}"),
       "s.yaml:5:9: pruner: the objective seconds_to(val_accuracy, 0.9) is measured by the clock, "
       "so that each run would keep other points: choose epochs_to or steps_to"},
  };
  for (const auto& [text, error] : mistakes) EXPECT_EQ(ErrorOf(text), error);
}

}  // namespace
}  // namespace lrsweep
