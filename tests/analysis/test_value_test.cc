#include "analysis/test_value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Epochs with these accuracies on held-back and on test images.
std::vector<EpochRow> Epochs(const std::vector<double>& val, const std::vector<double>& test) {
  std::vector<EpochRow> epochs;
  for (size_t i = 0; i < val.size(); ++i) {
    epochs.push_back({static_cast<int64_t>(i) + 1,
                      static_cast<int64_t>(i) + 1,
                      0.1,
                      {{kTrainLoss, 0.5},
                       {kValLoss, 1 - val[i]},
                       {kValAccuracy, val[i]},
                       {kTestLoss, 1 - test[i]},
                       {kTestAccuracy, test[i]}},
                      1});
  }
  return epochs;
}

std::optional<double> Accuracy(const std::vector<EpochRow>& epochs, const std::string& scope) {
  return TestValueOf(epochs, {"val_accuracy", "max", scope}, kTestAccuracy);
}

TEST(TestValue, IsOfTheEpochsThatTheObjectiveIsOf) {
  const auto epochs = Epochs({0.5, 0.75, 0.75, 0.25}, {0.5, 0.625, 0.875, 0.125});
  EXPECT_EQ(Accuracy(epochs, "last"), 0.125);
  EXPECT_EQ(Accuracy(epochs, "avg"), (0.5 + 0.625 + 0.875 + 0.125) / 4);
  EXPECT_EQ(Accuracy(epochs, "last-5-avg"), Accuracy(epochs, "avg"));
}

TEST(TestValue, OfTheBestEpochIsNotTheBestOfTheTestImages) {
  const auto epochs = Epochs({0.5, 0.75, 0.75, 0.25}, {0.9, 0.625, 0.875, 0.125});
  EXPECT_EQ(Accuracy(epochs, "best"), 0.625);
  EXPECT_EQ(TestValueOf(epochs, {"val_loss", "min", "best"}, kTestLoss), 0.375);
  EXPECT_EQ(TestValueOf(epochs, {"val_accuracy", "min", "best"}, kTestAccuracy), 0.125);
}

TEST(TestValue, LastEpochsOfALongTrainingAreAveraged) {
  const auto epochs = Epochs({0, 0, 0, 0, 0, 0, 0}, {8, 8, 1, 2, 3, 4, 5});
  EXPECT_EQ(Accuracy(epochs, "last-5-avg"), 3);
}

TEST(TestValue, OfADerivedMetricIsThatOfTheLastEpoch) {
  const auto epochs = Epochs({0.5, 0.75}, {0.5, 0.625});
  EXPECT_EQ(TestValueOf(epochs, {"epochs_to(val_accuracy, 0.5)", "min"}, kTestAccuracy), 0.625);
}

TEST(TestValue, IsNoneWhereAnEpochLacksIt) {
  const auto epochs = Epochs({0.5, 0.75}, {kNan, 0.625});
  EXPECT_EQ(Accuracy(epochs, "last"), 0.625);
  EXPECT_EQ(Accuracy(epochs, "avg"), std::nullopt);
  EXPECT_EQ(Accuracy({}, "last"), std::nullopt);
}

TEST(TestValue, EpochsWithoutTheObjectivesMetricDoNotCount) {
  const auto epochs = Epochs({0.5, kNan, 0.25, kNan}, {0.5, 0.625, 0.75, 0.875});
  EXPECT_EQ(Accuracy(epochs, "last"), 0.75);
  EXPECT_EQ(Accuracy(epochs, "avg"), 0.625);
  EXPECT_EQ(Accuracy(epochs, "best"), 0.5);
}

TEST(TestValue, MetricIsTheObjectivesCounterpart) {
  const auto of = [](const std::string& metric) {
    return TestMetricOf({metric, "max"}, BuiltInMetrics()).value_or("none");
  };
  EXPECT_EQ(of("val_accuracy"), "test_accuracy");
  EXPECT_EQ(of("epochs_to(val_accuracy, 0.9)"), "test_accuracy");
  EXPECT_EQ(of("val_loss"), "test_loss");
  EXPECT_EQ(of("area_under(train_loss)"), "test_loss");
  EXPECT_EQ(of("test_accuracy"), "none");
  EXPECT_EQ(of("f1"), "none");
  EXPECT_FALSE(TestMetricOf({"val_accuracy", "max"}, BuiltInMetrics(false)));
}

class TestValuesTest : public SweepFixture {};

TEST_F(TestValuesTest, AreReadFromTheStoreAndAveragedOverAGroup) {
  std::vector<Trial> trials = {MakeTrial("a"), MakeTrial("b", "StepLR", 0.1, 1),
                               MakeTrial("c", "StepLR", 0.1, 2)};
  for (Trial& trial : trials) trial.params["dataset"] = Map{{"validation", int64_t{10}}};
  Store store = CreateSweep(trials);
  for (const auto& [id, accuracy] : {std::pair("a", 0.25), std::pair("b", 0.75)}) {
    Begin(store, id);
    EpochRecord record = MakeEpoch(1, 0.5);
    record.metrics[kTestLoss] = 1;
    record.metrics[kTestAccuracy] = accuracy;
    store.AddEpoch(id, record);
    store.EndAttempt(id, TrialState::kCompleted, "");
  }
  const TestValues values(store, {});
  EXPECT_EQ(values.Metric(), "test_accuracy");
  EXPECT_EQ(values.Of("a"), 0.25);
  EXPECT_EQ(values.Of("c"), std::nullopt);
  EXPECT_EQ(values.MeanOf({"a", "b"}), 0.5);
  EXPECT_EQ(values.MeanOf({"a", "c"}), std::nullopt);
  EXPECT_EQ(values.MeanOf(std::vector<std::string>{}), std::nullopt);
  EXPECT_EQ(values.MeanOf(RankGroups(store, {}).at(0)), 0.5);
}

}  // namespace
}  // namespace lrsweep
