#include "trial/metric_expression.h"

#include <gmock/gmock.h>

#include <stdexcept>

#include "results/ranking.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string ErrorOf(const std::string& text) {
  try {
    ParseMetric(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

/// Of a curve whose epochs have 100 steps and take 1.5, 2, 2.5, ... seconds.
std::optional<double> ScoreOf(const std::string& metric, const std::vector<double>& values,
                              const std::string& scope = "last") {
  RankedCurve curve{"a"};
  for (size_t i = 0; i < values.size(); ++i) {
    const auto epoch = static_cast<int64_t>(i) + 1;
    curve.Add(epoch, values[i], 100 * epoch, 1.5 + 0.5 * static_cast<double>(i));
  }
  return Score(curve, {metric, NaturalMode(metric), scope});
}

TEST(Metric, IsReadWhateverItsSpacesAndWrittenInOneForm) {
  for (const char* text : {"val_loss", "epochs_to(val_accuracy, 0.975)", "steps_to(val_loss, 0.1)",
                           "seconds_to(train_loss, 1e-05)", "area_under(val_accuracy)",
                           "final_minus_best(val_loss)"}) {
    EXPECT_EQ(ToText(ParseMetric(text)), text);
  }
  EXPECT_EQ(ToText(ParseMetric(" epochs_to ( val_accuracy,.9750 ) ")),
            "epochs_to(val_accuracy, 0.975)");
}

TEST(Metric, MistakesAreExplained) {
  EXPECT_THAT(
      ErrorOf("acc"),
      HasSubstr(
          "unknown metric 'acc': it is one of train_loss, val_loss, val_accuracy, "
          "test_loss, test_accuracy, epochs_to(METRIC, THRESHOLD), steps_to(METRIC, THRESHOLD)"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("unknown metric ''"));
  EXPECT_THAT(ErrorOf("epoch_to(val_loss, 1)"), HasSubstr("unknown metric"));
  EXPECT_THAT(ErrorOf("epochs_to(val_accuracy)"),
              HasSubstr("expected epochs_to(METRIC, THRESHOLD), such as"));
  EXPECT_THAT(ErrorOf("area_under(val_loss, 1)"), HasSubstr("expected area_under(METRIC)"));
  EXPECT_THAT(ErrorOf("epochs_to(val_accuracy, 0.9"), HasSubstr("does not end with ')'"));
  EXPECT_THAT(ErrorOf("epochs_to(accuracy, 0.9)"), HasSubstr("'accuracy' is not recorded"));
  EXPECT_THAT(ErrorOf("epochs_to(val_accuracy, much)"), HasSubstr("'much' is not a number"));
  EXPECT_THAT(ErrorOf("epochs_to(val_accuracy, nan)"), HasSubstr("'nan' is not a number"));
  EXPECT_THAT(ErrorOf("epochs_to(val_accuracy, 97.5)"), HasSubstr("a share from 0 to 1"));
  EXPECT_THAT(ErrorOf("steps_to(val_loss, -1)"), HasSubstr("never below 0"));
}

TEST(Metric, ModesAndUnitsAreTheNaturalOnes) {
  EXPECT_EQ(NaturalMode("epochs_to(val_accuracy, 0.5)"), "min");
  EXPECT_EQ(NaturalMode("area_under(val_accuracy)"), "max");
  EXPECT_EQ(NaturalMode("final_minus_best(val_accuracy)"), "max");
  EXPECT_EQ(NaturalMode("final_minus_best(val_loss)"), "min");
  EXPECT_EQ(UnitOf(ParseMetric("seconds_to(val_loss, 1)")), "s");
  EXPECT_EQ(UnitOf(ParseMetric("area_under(val_loss)")), "");
}

TEST(Metric, AThresholdIsReachedFromItsGoodSide) {
  const std::vector<double> rising = {0.90, 0.95, 0.97, 0.96};
  EXPECT_EQ(ScoreOf("epochs_to(val_accuracy, 0.95)", rising), 2);
  EXPECT_EQ(ScoreOf("steps_to(val_accuracy, 0.951)", rising), 300);
  EXPECT_EQ(ScoreOf("seconds_to(val_accuracy, 0.951)", rising), 1.5 + 2 + 2.5);
  const std::vector<double> falling = {0.5, 0.3, 0.4};
  EXPECT_EQ(ScoreOf("epochs_to(val_loss, 0.3)", falling), 2);
  EXPECT_EQ(ScoreOf("epochs_to(val_loss, 0.6)", falling), 1);
}

TEST(Metric, WhatIsNeverReachedHasNoValue) {
  EXPECT_EQ(ScoreOf("epochs_to(val_accuracy, 0.99)", {0.9, 0.95}), std::nullopt);
  EXPECT_EQ(ScoreOf("seconds_to(val_loss, 0.1)", {0.9, 0.95}), std::nullopt);
}

TEST(Metric, AreaAndLossOfTheLastEpochsAreOfTheWholeCurve) {
  EXPECT_EQ(ScoreOf("area_under(val_accuracy)", {0.5, 0.75, 1.0, 0.25}), 0.708333333333);
  EXPECT_EQ(ScoreOf("area_under(val_loss)", {0.5}), 0.5);
  EXPECT_EQ(ScoreOf("final_minus_best(val_accuracy)", {0.97, 0.98, 0.96}), -0.02);
  EXPECT_EQ(ScoreOf("final_minus_best(val_loss)", {0.25, 0.5}), 0.25);
  EXPECT_EQ(ScoreOf("final_minus_best(val_loss)", {0.5, 0.25}), 0);
}

TEST(Metric, ScopesOfTheLastEpochsTakeWhatThereIs) {
  const std::vector<double> values = {9, 1, 2, 3, 4, 5, 6};
  EXPECT_EQ(ScoreOf("val_loss", values, "last-5-avg"), 4);
  EXPECT_EQ(ScoreOf("val_loss", values, "last-10-avg"), ScoreOf("val_loss", values, "avg"));
}

TEST(Metric, ListsAreSplitOutsideParenthesesAndQuotes) {
  EXPECT_THAT(SplitExpressions("val_loss, epochs_to(val_accuracy, 0.9) ,\"a,b\""),
              ElementsAre("val_loss", "epochs_to(val_accuracy, 0.9)", "\"a,b\""));
}

}  // namespace
}  // namespace lrsweep
