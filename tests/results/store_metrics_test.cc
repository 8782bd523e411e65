// Metrics of any name in the database: reported, read back, ranked by.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "results/store.h"
#include "tests/support/query_rows.h"
#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class StoreMetricsTest : public SweepFixture {
 protected:
  /// Two trials: "a" reports f1 of 0.5, 0.7; "b" of 0.8, 0.6.
  Store ReportingSweep(const Objective& objective = {}, Better better = Better::kMore) const {
    SweepRecord sweep;
    sweep.objective = objective;
    sweep.reported_metrics = {{.name = "f1", .better = better, .unit = "share"}};
    const std::vector<Trial> trials = {MakeTrial("a"), MakeTrial("b")};
    Store store = Store::Create(db_, sweep, 2, [&](size_t i) { return trials[i]; });
    Report(store, "a", {0.5, 0.7});
    Report(store, "b", {0.8, 0.6});
    return store;
  }

  static void Report(Store& store, const std::string& id, const std::vector<double>& values) {
    Begin(store, id);
    for (size_t i = 0; i < values.size(); ++i) {
      EpochRecord record = MakeEpoch(static_cast<int64_t>(i) + 1, 0.9);
      record.metrics["f1"] = values[i];
      store.AddEpoch(id, record);
    }
    store.EndAttempt(id, TrialState::kCompleted, "");
  }

  static std::vector<std::string> Ranked(const Store& store, const Objective& objective) {
    std::vector<std::string> ids;
    for (const RankedTrial& one : store.Ranking(objective, 0)) ids.push_back(one.trial_id);
    return ids;
  }

  /// What the rows of a query are, "a|1|f1|0.5".
  std::vector<std::string> Rows(const std::string& sql) const { return QueryRows(db_, sql, "|"); }

  void Execute(const std::string& sql) const {
    SQLite::Database(db_.string(), SQLite::OPEN_READWRITE).exec(sql);
  }
};

TEST_F(StoreMetricsTest, AReportedMetricIsReadBack) {
  const Store store = ReportingSweep();
  const std::vector<EpochRow> epochs = store.Epochs("b");
  ASSERT_EQ(epochs.size(), 2U);
  EXPECT_EQ(MetricValue(epochs[1].metrics, "f1"), 0.6);
  EXPECT_EQ(MetricValue(epochs[1].metrics, kValAccuracy), 0.9);
  EXPECT_EQ(NamesOf(store.Metrics()), "train_loss, val_loss, val_accuracy, f1");
  EXPECT_EQ(FindMetric(store.Metrics(), "f1")->better, Better::kMore);
}

TEST_F(StoreMetricsTest, TheViewHasColumnsAndReportedMetrics) {
  ReportingSweep().Close();
  EXPECT_THAT(Rows("SELECT name, value FROM metrics WHERE trial_id = 'a' AND epoch = 2 "
                   "AND name IN ('f1', 'val_accuracy') ORDER BY name"),
              ElementsAre("f1|0.7", "val_accuracy|0.9"));
  EXPECT_THAT(Rows("SELECT count(*) FROM metrics"), ElementsAre("16"));
}

TEST_F(StoreMetricsTest, AQueryForATrialUsesIndexes) {
  ReportingSweep().Close();
  const std::vector<std::string> plan =
      Rows("EXPLAIN QUERY PLAN SELECT * FROM metrics WHERE trial_id = 'a'");
  ASSERT_FALSE(plan.empty());
  EXPECT_THAT(plan, testing::Each(testing::Not(testing::ContainsRegex("SCAN (epochs|reported)"))));
}

TEST_F(StoreMetricsTest, AReportedMetricRanks) {
  const Store store = ReportingSweep();
  EXPECT_THAT(Ranked(store, {"f1", "max", "last"}), ElementsAre("a", "b"));
  EXPECT_THAT(Ranked(store, {"f1", "max", "best"}), ElementsAre("b", "a"));
  EXPECT_THAT(Ranked(store, {"epochs_to(f1, 0.7)", "min"}), ElementsAre("b", "a"));
  EXPECT_THAT(Ranked(store, {"area_under(f1)", "max"}), ElementsAre("b", "a"));
  EXPECT_THAT(Ranked(store, {"final_minus_best(f1)", "max"}), ElementsAre("a", "b"));
  EXPECT_EQ(store.Scores({"steps_to(f1, 0.7)", "min"}).at(0).value, 4);
}

TEST_F(StoreMetricsTest, AReportedMetricIsTheObjective) {
  for (const Objective& objective :
       {Objective{"f1", "max", "last"}, Objective{"seconds_to(f1, 0.6)", "min"}}) {
    SCOPED_TRACE(objective.metric);
    Store store = ReportingSweep(objective);
    const std::vector<RankedTrial> first = store.Ranking(objective, 0);
    EXPECT_EQ(first.at(0).value, objective.metric == "f1" ? 0.7 : 1.5);
    EXPECT_EQ(store.PlaceOf("a")->place, objective.metric == "f1" ? 1 : 2);
    store.Close();
    EXPECT_THAT(Rows("SELECT trial_id FROM ranking"),
                objective.metric == "f1" ? ElementsAre("a", "b") : ElementsAre("b", "a"));
    std::filesystem::remove(db_);
  }
}

TEST_F(StoreMetricsTest, ASweepCanBeContinuedByAReportedObjective) {
  Store store = ReportingSweep();
  SweepRecord sweep = store.Sweep();
  sweep.objective = {"f1", "min", "last"};
  const std::vector<Trial> trials = {MakeTrial("a"), MakeTrial("b")};
  store.ChangeSpace(sweep, 2, [&](size_t i) { return trials[i]; });
  EXPECT_THAT(Ranked(store, sweep.objective), ElementsAre("b", "a"));
  store.Close();
  EXPECT_THAT(Ranked(Store::OpenForWriting(db_), sweep.objective), ElementsAre("b", "a"));
}

TEST_F(StoreMetricsTest, WhatTheSweepDoesNotKnowIsRefused) {
  const Store store = ReportingSweep();
  try {
    store.Ranking({"f2", "max", "last"}, 0);
    FAIL() << "no error";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("train_loss, val_loss, val_accuracy, f1"));
  }
}

TEST_F(StoreMetricsTest, AThresholdNeedsToKnowWhichValuesAreBetter) {
  const Store store = ReportingSweep({}, Better::kUnknown);
  EXPECT_THAT(Ranked(store, {"f1", "max", "last"}), ElementsAre("a", "b"));
  EXPECT_THROW(store.Ranking({"epochs_to(f1, 0.7)", "min"}, 0), std::invalid_argument);
  EXPECT_THROW(NaturalMode("f1", store.Metrics()), std::invalid_argument);
}

TEST_F(StoreMetricsTest, NotEveryTrialMustReportIt) {
  Store store = CreateSweep({MakeTrial("a"), MakeTrial("b"), MakeTrial("c")});
  Report(store, "a", {0.5});
  Complete(store, "b", {0.9});
  Report(store, "c", {kNan});
  EXPECT_TRUE(std::isnan(MetricValue(store.Epochs("b")[0].metrics, "f1")));
  EXPECT_TRUE(std::isnan(MetricValue(store.Epochs("c")[0].metrics, "f1")));
  EXPECT_THAT(Ranked(store, {"f1", "min", "last"}), ElementsAre("a", "b", "c"));
  EXPECT_FALSE(store.Trials()[2].diverged);
}

TEST_F(StoreMetricsTest, NamesAreNoSql) {
  Store store = CreateSweep({MakeTrial("a")});
  Begin(store, "a");
  EpochRecord record = MakeEpoch(1, 0.5);
  record.metrics["it's \"top-5\" %"] = 0.25;
  store.AddEpoch("a", record);
  store.EndAttempt("a", TrialState::kCompleted, "");
  const Objective objective{"it's \"top-5\" %", "max", "last"};
  EXPECT_EQ(store.Ranking(objective, 0).at(0).value, 0.25);
}

TEST_F(StoreMetricsTest, ANewAttemptRemovesWhatAnEarlierOneReported) {
  Store store = CreateSweep({MakeTrial("a")});
  Begin(store, "a");
  for (int64_t epoch = 1; epoch <= 3; ++epoch) {
    EpochRecord record = MakeEpoch(epoch, 0.5);
    record.metrics["f1"] = 0.1 * static_cast<double>(epoch);
    store.AddEpoch("a", record);
  }
  store.EndAttempt("a", TrialState::kPending, "");
  store.BeginAttempt("a", {}, 2);
  store.Close();
  EXPECT_THAT(Rows("SELECT epoch, value FROM reported_metrics"), ElementsAre("1|0.1"));
}

TEST_F(StoreMetricsTest, AFileOfTheLayoutBeforeIsReadAndUpgraded) {
  Store old = CreateSweep({MakeTrial("a"), MakeTrial("b")});
  Complete(old, "a", {0.5});
  old.Close();
  Execute(kToLayout6);
  Execute(
      "DROP VIEW metrics; DROP TABLE reported_metrics; DROP TABLE metric_names; "
      "DROP TABLE retired_checkpoints; "
      "ALTER TABLE epochs DROP COLUMN test_loss; ALTER TABLE epochs DROP COLUMN test_accuracy; "
      "ALTER TABLE sweep DROP COLUMN identity; PRAGMA user_version = 3");
  EXPECT_EQ(Store::Open(db_).Epochs("a").size(), 1U);
  EXPECT_EQ(Store::Open(db_).Sweep().identity, 1);
  EXPECT_EQ(NamesOf(Store::Open(db_).Metrics()), "train_loss, val_loss, val_accuracy");
  EXPECT_THAT(Rows("PRAGMA user_version"), ElementsAre("3"));
  Store store = Store::OpenForWriting(db_);
  Report(store, "b", {0.25});
  EXPECT_EQ(MetricValue(store.Epochs("b")[0].metrics, "f1"), 0.25);
  store.Close();
  EXPECT_THAT(Rows("PRAGMA user_version"), ElementsAre("7"));
  EXPECT_THAT(Rows("SELECT * FROM retired_checkpoints"), ElementsAre());
  EXPECT_EQ(Store::Open(db_).Sweep().identity, 1);
  EXPECT_THAT(Rows("SELECT count(*) FROM metrics"), ElementsAre("7"));
}

/// A trial of a sweep that holds back training images.
Trial HoldingBack(Trial trial) {
  trial.params["dataset"] = Map{{"name", "mnist"}, {"validation", int64_t{5000}}};
  return trial;
}

/// An epoch that is evaluated on held-back images and on the test images.
EpochRecord OnBoth(EpochRecord record, double test_loss, double test_accuracy) {
  record.metrics[kTestLoss] = test_loss;
  record.metrics[kTestAccuracy] = test_accuracy;
  return record;
}

TEST_F(StoreMetricsTest, TestMetricsStandBesideThoseOfHeldBackImages) {
  Store store = CreateSweep({HoldingBack(MakeTrial("a"))});
  EXPECT_EQ(NamesOf(store.Metrics()),
            "train_loss, val_loss, val_accuracy, test_loss, test_accuracy");
  Begin(store, "a");
  store.AddEpoch("a", OnBoth(MakeEpoch(1, 0.75), 0.5, 0.625));
  store.EndAttempt("a", TrialState::kCompleted, "");
  const Metrics read = store.Epochs("a")[0].metrics;
  EXPECT_EQ(MetricValue(read, kValAccuracy), 0.75);
  EXPECT_EQ(MetricValue(read, kTestLoss), 0.5);
  EXPECT_EQ(MetricValue(read, kTestAccuracy), 0.625);
  EXPECT_EQ(store.Ranking({"test_accuracy", "max", "last"}, 0)[0].value, 0.625);
  store.Close();
  EXPECT_THAT(Rows("SELECT test_loss, test_accuracy FROM epochs"), ElementsAre("0.5|0.625"));
  EXPECT_THAT(Rows("SELECT name, value FROM metrics WHERE name LIKE 'test%'"),
              ElementsAre("test_loss|0.5", "test_accuracy|0.625"));
  EXPECT_THAT(Rows("SELECT count(*) FROM reported_metrics"), ElementsAre("0"));
}

TEST_F(StoreMetricsTest, WithoutHeldBackImagesThereAreNoTestMetrics) {
  Trial trial = MakeTrial("a");
  trial.params["dataset"] = Map{{"name", "mnist"}, {"validation", int64_t{0}}};
  Store store = CreateSweep({trial});
  Complete(store, "a", {0.5});
  EXPECT_EQ(NamesOf(store.Metrics()), "train_loss, val_loss, val_accuracy");
  EXPECT_EQ(store.Epochs("a")[0].metrics.size(), 3U);
  EXPECT_THROW(store.Ranking({"test_accuracy", "max", "last"}, 0), std::invalid_argument);
  store.Close();
  EXPECT_THAT(Rows("SELECT test_loss, test_accuracy FROM epochs"), ElementsAre("|"));
  EXPECT_THAT(Rows("SELECT name FROM metrics"),
              ElementsAre("train_loss", "val_loss", "val_accuracy"));
}

TEST_F(StoreMetricsTest, AnInfiniteTestLossAloneIsNoDivergence) {
  Store store = CreateSweep({HoldingBack(MakeTrial("a"))});
  Begin(store, "a");
  store.AddEpoch("a", OnBoth(MakeEpoch(1, 0.75), kNan, 0.625));
  EXPECT_FALSE(store.TrialById("a").diverged);
}

TEST_F(StoreMetricsTest, AProgramsMetricOfThatNameIsInTheSameColumn) {
  SweepRecord sweep;
  sweep.engine = kCommandEngine;
  Store store = Store::Create(db_, sweep, 1, [&](size_t) { return MakeTrial("a"); });
  Begin(store, "a");
  store.AddEpoch("a", OnBoth(MakeEpoch(1, 0.75), 0.5, 0.625));
  EXPECT_EQ(MetricValue(store.Epochs("a")[0].metrics, kTestAccuracy), 0.625);
  EXPECT_FALSE(FindMetric(store.Metrics(), kTestAccuracy)->IsShare());  // may be in percent
  store.Close();
  EXPECT_THAT(Rows("SELECT name, value FROM metrics WHERE name LIKE 'test%'"),
              ElementsAre("test_loss|0.5", "test_accuracy|0.625"));
}

TEST_F(StoreMetricsTest, EpochsOfTheLayoutBeforeHaveNoTestMetrics) {
  Store old = CreateSweep({HoldingBack(MakeTrial("a")), HoldingBack(MakeTrial("b"))});
  Complete(old, "a", {0.5});
  old.Close();
  Execute(kToLayout6);
  Execute(
      "DROP VIEW metrics; DROP TABLE retired_checkpoints; ALTER TABLE epochs DROP COLUMN "
      "test_loss; "
      "ALTER TABLE epochs DROP COLUMN test_accuracy; "
      "CREATE VIEW metrics (trial_id, epoch, name, value) AS "
      "SELECT trial_id, epoch, 'val_loss', val_loss FROM epochs; PRAGMA user_version = 5");
  EXPECT_EQ(NamesOf(Store::Open(db_).Metrics()), "train_loss, val_loss, val_accuracy");
  EXPECT_EQ(Store::Open(db_).Epochs("a").at(0).metrics.size(), 3U);
  EXPECT_THAT(Rows("PRAGMA user_version"), ElementsAre("5"));

  Store store = Store::OpenForWriting(db_);
  Begin(store, "b");
  store.AddEpoch("b", OnBoth(MakeEpoch(1, 0.75), 0.5, 0.625));
  store.EndAttempt("b", TrialState::kCompleted, "");
  EXPECT_TRUE(std::isnan(MetricValue(store.Epochs("a").at(0).metrics, kTestAccuracy)));
  EXPECT_EQ(MetricValue(store.Epochs("b").at(0).metrics, kTestAccuracy), 0.625);
  const auto ranking = store.Ranking({"test_accuracy", "max", "last"}, 0);
  ASSERT_EQ(ranking.size(), 2U);
  EXPECT_EQ(ranking[0].trial_id, "b");
  EXPECT_EQ(ranking[1].value, std::nullopt);
  store.Close();
  EXPECT_THAT(Rows("SELECT trial_id, name FROM metrics WHERE name LIKE 'test%'"),
              ElementsAre("b|test_loss", "b|test_accuracy"));
}

}  // namespace
}  // namespace lrsweep
