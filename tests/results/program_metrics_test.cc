// Metrics of users' programs in the database: epochs that are left out or lack a metric, names that
// the built-in model has too.
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "results/store.h"
#include "tests/support/query_rows.h"
#include "tests/support/sweep_fixture.h"
#include "trial/program.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kOddName = "val/top-5.acc";

class ProgramMetricsTest : public SweepFixture {
 protected:
  /// A sweep whose program declares val_accuracy in percent, and a metric of another name.
  Store CreateProgramSweep(const std::vector<Trial>& trials,
                           const Objective& objective = {kOddName, "max", "last"}) const {
    SweepRecord sweep;
    sweep.name = "a-sweep";
    sweep.objective = objective;
    sweep.engine = kCommandEngine;
    sweep.reported_metrics = {{.name = kValAccuracy, .better = Better::kMore},
                              {.name = kOddName, .better = Better::kMore}};
    return Store::Create(db_, sweep, trials.size(), [&](size_t i) { return trials[i]; });
  }

  static EpochRecord Reported(int64_t epoch, Metrics metrics) {
    EpochRecord record;
    record.epoch = epoch;
    record.steps_done = 10 * epoch;
    record.losses = {std::nanf(""), 0.5F};
    record.rates = {{0.1}, {0.9}};
    record.metrics = std::move(metrics);
    record.wall_seconds = 0.1 * static_cast<double>(epoch % 7);
    return record;
  }

  static void Complete(Store& store, const std::string& id,
                       const std::vector<EpochRecord>& epochs) {
    Begin(store, id);
    for (const EpochRecord& epoch : epochs) store.AddEpoch(id, epoch);
    store.EndAttempt(id, TrialState::kCompleted, "");
  }

  std::vector<std::string> Rows(const std::string& sql) const { return QueryRows(db_, sql, "|"); }

  std::optional<double> ValueBy(const Store& store, const std::string& metric,
                                const std::string& scope = "last") {
    return store.Scores({metric, "max", scope}).at(0).value;
  }
};

TEST_F(ProgramMetricsTest, EpochsWithoutTheMetricDoNotCount) {
  Store store = CreateProgramSweep({MakeTrial("a")});
  Complete(store, "a",
           {Reported(5, {{kOddName, 80}, {kValAccuracy, 70}}), Reported(6, {{kOddName, 90}}),
            Reported(10, {{kOddName, 86}, {kValAccuracy, 71}}), Reported(11, {{"x", 1}})});
  EXPECT_EQ(store.TrialById("a").objective_value, 86);
  EXPECT_EQ(ValueBy(store, kOddName, "best"), 90);
  EXPECT_EQ(ValueBy(store, kOddName, "avg"), 85.333333333333);
  EXPECT_EQ(ValueBy(store, kOddName, "last-5-avg"), 85.333333333333);
  EXPECT_EQ(ValueBy(store, kValAccuracy), 71);
  EXPECT_EQ(ValueBy(store, "epochs_to(val_accuracy, 71)"), 10);
  EXPECT_EQ(ValueBy(store, "steps_to(val_accuracy, 71)"), 100);
  EXPECT_EQ(ValueBy(store, "seconds_to(val_accuracy, 71)"), 1.4);  // 0.5, 0.6 and 0.3
  EXPECT_EQ(ValueBy(store, "epochs_to(val/top-5.acc, 90)"), 6);
  // An epoch of 80 to 90, four of 90 to 86.
  EXPECT_EQ(ValueBy(store, "area_under(val/top-5.acc)"), 87.4);
  EXPECT_EQ(ValueBy(store, "final_minus_best(val/top-5.acc)"), -4);
  EXPECT_EQ(ValueBy(store, "x"), 1);
}

TEST_F(ProgramMetricsTest, TheMetricsAreTheProgramsOwn) {
  Store store = CreateProgramSweep({MakeTrial("a")});
  EXPECT_EQ(NamesOf(store.Metrics()), "val/top-5.acc, val_accuracy");
  Complete(store, "a", {Reported(3, {{kOddName, 80}, {kTrainLoss, 0.5}, {"x", 1}})});
  EXPECT_EQ(NamesOf(store.Metrics()), "train_loss, val/top-5.acc, val_accuracy, x");
  const MetricTable table = store.Metrics();
  const MetricInfo& accuracy = *FindMetric(table, kValAccuracy);
  EXPECT_FALSE(accuracy.IsShare());
  EXPECT_EQ(accuracy.unit, "");
  EXPECT_EQ(accuracy.better, Better::kMore);
  EXPECT_TRUE(accuracy.marks_divergence);
  EXPECT_EQ(FindMetric(table, kTrainLoss)->better, Better::kUnknown);
  EXPECT_FALSE(FindMetric(table, kTrainLoss)->marks_divergence);
  const Metrics metrics = store.Epochs("a").at(0).metrics;
  EXPECT_EQ(metrics.size(), 4U);
  EXPECT_EQ(MetricValue(metrics, kTrainLoss), 0.5);
  EXPECT_EQ(MetricValue(metrics, "x"), 1);
  EXPECT_TRUE(std::isnan(MetricValue(metrics, kValAccuracy)));
}

TEST_F(ProgramMetricsTest, TheViewHasARowForWhatWasReported) {
  Store store = CreateProgramSweep({MakeTrial("a")});
  Complete(store, "a",
           {Reported(3, {{kOddName, 80}, {kTrainLoss, 0.5}}), Reported(4, {{kValAccuracy, 91}})});
  store.Close();
  EXPECT_THAT(Rows("SELECT epoch, name, value FROM metrics ORDER BY 1, 2"),
              ElementsAre("3|train_loss|0.5", "3|val/top-5.acc|80.0", "4|val_accuracy|91.0"));
  EXPECT_THAT(Rows("SELECT train_loss FROM epochs WHERE epoch = 3"), ElementsAre("0.5"));
}

TEST_F(ProgramMetricsTest, AnIntervalOfPercentagesIsNotCutAtOne) {
  std::vector<Trial> trials;
  for (const char* id : {"a", "b", "c"}) trials.push_back(MakeTrial(id));
  Store store = CreateProgramSweep(trials, {kValAccuracy, "max", "last"});
  Complete(store, "a", {Reported(1, {{kValAccuracy, 90}})});
  Complete(store, "b", {Reported(1, {{kValAccuracy, 92}})});
  Complete(store, "c", {Reported(1, {{kValAccuracy, 91}})});
  store.Close();
  EXPECT_THAT(Rows("SELECT round(low, 6), round(high, 6) FROM groups"),
              ElementsAre("88.515862|93.484138"));
}

TEST_F(ProgramMetricsTest, WhatIsDeclaredMayChange) {
  const std::vector<Trial> trials = {MakeTrial("a")};
  Store store = CreateProgramSweep(trials, {"epochs_to(val_accuracy, 91)", "min", "last"});
  Complete(store, "a", {Reported(1, {{kValAccuracy, 92}}), Reported(2, {{kValAccuracy, 90}})});
  EXPECT_EQ(store.TrialById("a").objective_value, 1);
  SweepRecord sweep = store.Sweep();
  sweep.reported_metrics = {{.name = kValAccuracy, .better = Better::kLess}};
  store.ChangeSpace(sweep, 1, [&](size_t i) { return trials[i]; });
  EXPECT_EQ(store.TrialById("a").objective_value, 2);
  EXPECT_EQ(FindMetric(store.Metrics(), kValAccuracy)->better, Better::kLess);
  EXPECT_EQ(NamesOf(store.Metrics()), "val_accuracy");
}

TEST_F(ProgramMetricsTest, ATrialWithoutTheMetricHasNoValue) {
  Store store = CreateProgramSweep({MakeTrial("a")});
  Complete(store, "a", {Reported(1, {{kOddName, 80}})});
  EXPECT_EQ(ValueBy(store, kValAccuracy), std::nullopt);
  EXPECT_EQ(ValueBy(store, kValAccuracy, "best"), std::nullopt);
}

/// Curves with gaps, at random, against Score over what was written.
TEST_F(ProgramMetricsTest, TheDatabaseScoresAsTheCoordinator) {
  std::mt19937 random(7);
  const auto pick = [&random](int below) { return static_cast<int>(random() % below); };
  std::vector<Trial> trials;
  for (int i = 0; i < 60; ++i) trials.push_back(MakeTrial("t" + std::to_string(100 + i)));
  Store store = CreateProgramSweep(trials);
  std::map<std::string, std::vector<RankedCurve>> curves;
  for (const Trial& trial : trials) {
    std::vector<EpochRecord> records;
    for (int64_t epoch = 1 + pick(3); epoch < 30; epoch += 1 + pick(4)) {
      Metrics metrics{{"x", 0.1 * pick(9)}};
      if (pick(3) > 0) metrics[kValAccuracy] = 90 + 0.1 * pick(20);
      if (pick(3) == 0) metrics[kOddName] = 0.1 * pick(7);
      records.push_back(Reported(epoch, std::move(metrics)));
    }
    Complete(store, trial.id, records);
    for (const char* metric : {kValAccuracy, kOddName}) {
      RankedCurve& curve = curves[metric].emplace_back();
      curve.is_sparse = true;
      for (const EpochRecord& record : records) {
        const auto value = record.metrics.find(metric);
        curve.Add(record.epoch, value == record.metrics.end() ? std::nan("") : value->second,
                  record.steps_done, record.wall_seconds);
      }
    }
  }
  int compared = 0;
  const auto compare = [&](const std::string& recorded, const Objective& objective) {
    SCOPED_TRACE(objective.metric + " " + objective.mode + " " + objective.scope);
    const std::vector<ScoredTrial> scored = store.Scores(objective);
    for (size_t i = 0; i < trials.size(); ++i) {
      const auto expected = Score(curves[recorded][i], objective, store.Metrics());
      EXPECT_EQ(scored[i].value, expected);
      compared += expected ? 1 : 0;
    }
  };
  for (const std::string recorded : {kValAccuracy, kOddName}) {
    const std::string threshold = recorded == kValAccuracy ? ", 91.2)" : ", 0.4)";
    for (const std::string& scope : Scopes()) compare(recorded, {recorded, "max", scope});
    compare(recorded, {"area_under(" + recorded + ")", "max"});
    compare(recorded, {"final_minus_best(" + recorded + ")", "max"});
    for (const char* reach : {"epochs_to(", "steps_to(", "seconds_to("}) {
      compare(recorded, {std::string(reach).append(recorded).append(threshold), "min"});
    }
  }
  EXPECT_GT(compared, 800);
}

TEST_F(ProgramMetricsTest, LossesThatAreNotKnownAreNullAmongSteps) {
  Store store = CreateProgramSweep({MakeTrial("a")});
  Complete(store, "a", {Reported(5, {{kOddName, 80}}), Reported(10, {{kOddName, 80}})});
  EXPECT_TRUE(std::isnan(store.Steps("a").at(0).loss));
  store.Close();
  EXPECT_THAT(Rows("SELECT epoch, step, lr, momentum, coalesce(loss, 'none') FROM steps"),
              ElementsAre("5|48|0.1|0.9|none", "5|49|0.1|0.9|0.5", "10|98|0.1|0.9|none",
                          "10|99|0.1|0.9|0.5"));
}

}  // namespace
}  // namespace lrsweep
