#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "views/bit_comparison_text.h"

namespace lrsweep {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

EpochRow Epoch(int64_t epoch, double train_loss, double accuracy = 0.5) {
  return {epoch,
          2 * epoch,
          0.1,
          {{kTrainLoss, train_loss}, {kValLoss, 0.25}, {kValAccuracy, accuracy}},
          1.5};
}

const std::vector<StepRow> kSteps = {{0.1, 0.9, 2}, {0.1, 0.9, 1}};

BitComparison Compare(const EpochRow& a, const std::vector<StepRow>& a_steps, const EpochRow& b,
                      const std::vector<StepRow>& b_steps) {
  BitComparison comparison;
  CompareEpoch(a, a_steps, b, b_steps, comparison);
  return comparison;
}

TEST(BitComparisonTest, EqualEpochsAgreeWhateverTimeTheyTook) {
  EpochRow slower = Epoch(1, 1.5);
  slower.wall_seconds = 9;
  const BitComparison bits = Compare(Epoch(1, 1.5), kSteps, slower, kSteps);
  EXPECT_FALSE(bits.Differs());
  EXPECT_EQ(ComparedText(bits), "1 epoch, 2 steps (loss, lr, momentum)");
}

TEST(BitComparisonTest, TheEarliestAndTheGreatestDifferenceAreFound) {
  const BitComparison bits =
      Compare(Epoch(2, 1.5), kSteps, Epoch(2, 1.75), {{0.1, 0.8, 2}, {0.1, 0.9, 1.125}});
  EXPECT_EQ(WhereText(*bits.earliest), "step 2 (epoch 2)");
  EXPECT_EQ(bits.earliest->what, "momentum");
  EXPECT_EQ(WhereText(*bits.greatest), "the end of epoch 2");
  EXPECT_EQ(AmountText(*bits.greatest), "by 0.25");
  EXPECT_EQ(bits.steps_that_differ, 2);
  EXPECT_EQ(bits.epochs_that_differ, 1);
  EXPECT_FALSE(bits.final_value);
}

TEST(BitComparisonTest, OneBitIsADifference) {
  const BitComparison rate = Compare(Epoch(1, 1.5), kSteps, Epoch(1, 1.5),
                                     {{std::nextafter(0.1, 1), 0.9, 2}, {0.1, 0.9, 1}});
  EXPECT_EQ(rate.earliest->what, "lr");
  EXPECT_EQ(ExactText(rate.earliest->second), "0.10000000000000002");
  const float next = std::nextafter(2.0F, 3.0F);
  EXPECT_EQ(Compare(Epoch(1, 1.5), kSteps, Epoch(1, 1.5), {{0.1, 0.9, next}, {0.1, 0.9, 1}})
                .earliest->what,
            "loss");
}

TEST(BitComparisonTest, LossesAreFloatsInWhateverDecimals) {
  // The shortest decimal of a float, and the float itself.
  EXPECT_FALSE(Compare(Epoch(1, 1.5), {{0.1, 0.9, 0.1}, {0.1, 0.9, 1}}, Epoch(1, 1.5),
                       {{0.1, 0.9, 0.1F}, {0.1, 0.9, 1}})
                   .Differs());
}

TEST(BitComparisonTest, NanEqualsNanAndNothingElse) {
  const std::vector<StepRow> nan = {{0.1, 0.9, 2}, {0.1, 0.9, kNan}};
  EXPECT_FALSE(Compare(Epoch(1, kNan), nan, Epoch(1, kNan), nan).Differs());
  const BitComparison bits = Compare(Epoch(1, 1.5), kSteps, Epoch(1, kNan), nan);
  EXPECT_EQ(WhereText(*bits.earliest), "step 1 (epoch 1)");
  EXPECT_EQ(AmountText(*bits.earliest), "one of them NaN or infinite");
}

TEST(BitComparisonTest, TestMetricsAreComparedWhereBothHaveThem) {
  EpochRow first = Epoch(1, 1.5);
  first.metrics[kTestLoss] = 0.5;
  EpochRow second = first;
  EXPECT_FALSE(Compare(first, kSteps, second, kSteps).Differs());
  second.metrics[kTestLoss] = std::nextafter(0.5, 1);
  EXPECT_EQ(Compare(first, kSteps, second, kSteps).earliest->what, "test_loss");
  second.metrics[kTestLoss] = kNan;  // NULL in the database
  EXPECT_FALSE(Compare(first, kSteps, second, kSteps).Differs());
  EXPECT_FALSE(Compare(first, kSteps, Epoch(1, 1.5), kSteps).Differs());
}

TEST(BitComparisonTest, StepsThatAreNotRecordedAreNotCompared) {
  const BitComparison bits = Compare(Epoch(1, 1.5), {}, Epoch(1, 1.5), kSteps);
  EXPECT_FALSE(bits.Differs());
  EXPECT_EQ(ComparedText(bits), "1 epoch; steps are not recorded");
}

TEST(BitComparisonTest, OnlyTheLastEpochsAccuracyIsTheFinalOne) {
  BitComparison bits;
  CompareEpoch(Epoch(1, 1, 0.5), {}, Epoch(1, 1, 0.25), {}, bits);
  EXPECT_EQ(bits.final_value->second, 0.25);
  CompareEpoch(Epoch(2, 1, 0.75), {}, Epoch(2, 1, 0.75), {}, bits);
  EXPECT_FALSE(bits.final_value);
  EXPECT_EQ(bits.earliest->what, "val_accuracy");
}

}  // namespace
}  // namespace lrsweep
