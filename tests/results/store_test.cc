#include "results/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <random>
#include <stdexcept>
#include <thread>

#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

class StoreTest : public SweepFixture {
 protected:
  int64_t Count(const std::string& sql) const {
    SQLite::Database db(db_.string());
    return db.execAndGet(sql).getInt64();
  }

  std::string Text(const std::string& sql) const {
    SQLite::Database db(db_.string());
    return db.execAndGet(sql).getString();
  }

  std::vector<std::string> Columns(const std::string& table) const {
    SQLite::Database db(db_.string());
    SQLite::Statement query(db, "SELECT name FROM pragma_table_info(?)");
    query.bind(1, table);
    std::vector<std::string> names;
    while (query.executeStep()) names.push_back(query.getColumn(0).getString());
    return names;
  }

  void WriteFile(const fs::path& path, const std::string& content) const {
    std::ofstream(path, std::ios::binary) << content;
  }

  std::vector<std::string> FilesInFolder() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  template <typename Action>
  static std::string ErrorOf(const Action& action) {
    try {
      action();
    } catch (const StoreError& error) {
      return error.what();
    }
    return "no error";
  }
};

TEST_F(StoreTest, PublicColumnsExist) {
  CreateSweep({}).Close();
  EXPECT_THAT(Columns("sweep"),
              IsSupersetOf({"name", "config_yaml", "metric", "mode", "scope", "engine",
                            "dataset_sha256", "created_at", "version"}));
  EXPECT_THAT(Columns("trials"),
              IsSupersetOf({"trial_id", "group_id", "state", "scheduler", "params", "seed", "error",
                            "started_at", "wall_seconds", "epochs_done", "diverged", "in_space"}));
  EXPECT_THAT(Columns("attempts"), IsSupersetOf({"trial_id", "attempt", "worker", "host", "device",
                                                 "engine", "cpu_target", "pack_size", "started_at",
                                                 "ended_at", "first_epoch", "outcome", "error"}));
  EXPECT_THAT(Columns("epochs"),
              IsSupersetOf({"trial_id", "epoch", "steps_done", "lr", "train_loss", "val_loss",
                            "val_accuracy", "wall_seconds"}));
  EXPECT_THAT(Columns("steps"), ElementsAre("trial_id", "epoch", "step", "lr", "momentum", "loss"));
  EXPECT_THAT(Columns("metrics"), ElementsAre("trial_id", "epoch", "name", "value"));
  EXPECT_THAT(Columns("ranking"), IsSupersetOf({"place", "trial_id", "scheduler", "value"}));
}

TEST_F(StoreTest, FileSaysWhoseItIs) {
  CreateSweep({}).Close();
  EXPECT_EQ(Count("PRAGMA application_id"), 0x6c727377);  // "lrsw"
  EXPECT_EQ(Count("PRAGMA user_version"), 7);
  EXPECT_EQ(Count("SELECT identity FROM sweep"), 2);
}

TEST_F(StoreTest, CreateStoresEveryTrialAsPending) {
  Store store = CreateSweep({MakeTrial("b0"), MakeTrial("a1", "CyclicLR", 0.5, 7)});
  const std::vector<TrialRow> trials = store.Trials();
  ASSERT_EQ(trials.size(), 2U);
  EXPECT_EQ(trials[0].trial_id, "b0");
  EXPECT_EQ(trials[1].index, 1);
  EXPECT_EQ(trials[1].state, "pending");
  EXPECT_EQ(trials[1].scheduler, "CyclicLR");
  EXPECT_EQ(trials[1].seed, 7);
  EXPECT_EQ(trials[1].params_json, ToJson(MakeTrial("a1", "CyclicLR", 0.5, 7).params));
  EXPECT_EQ(store.Sweep().name, "a-sweep");
  EXPECT_EQ(store.Sweep().created_at.size(), std::strlen("2024-05-01T12:00:00.123Z"));
}

TEST_F(StoreTest, CreateNeverOverwrites) {
  WriteFile(db_, "precious");
  EXPECT_THAT(ErrorOf([&] { CreateSweep({}); }), HasSubstr("exists already"));
  std::ifstream file(db_);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "precious");
  EXPECT_THAT(FilesInFolder(), ElementsAre("sweep.db"));
}

TEST_F(StoreTest, CreateRefusesTheJournalOfAnotherDatabase) {
  WriteFile(db_.string() + "-wal", "frames");
  EXPECT_THAT(ErrorOf([&] { CreateSweep({}); }), HasSubstr("sweep.db-wal exists already"));
}

TEST_F(StoreTest, AnExcludedWorkerIsNotedUntilItsNextAttempt) {
  Store store = CreateSweep({MakeTrial("a"), MakeTrial("b")});
  EXPECT_THAT(store.ExcludedWorkers(), testing::IsEmpty());
  Begin(store, "a");
  store.EndAttempt("a", TrialState::kPending, "it broke");
  store.RecordExclusion({3, "node-a", "cpu", "its device failed"});
  store.RecordExclusion({3, "node-a", "cpu", "its device failed"});
  const auto excluded = store.ExcludedWorkers();
  ASSERT_EQ(excluded.size(), 1U);
  EXPECT_EQ(Describe(excluded[0]),
            "worker 3 on node-a (cpu) gets no trials any more: its device failed");
  EXPECT_EQ(store.Attempts("a")[0].error,
            "it broke; the worker gets no trials any more: its device failed");
  std::this_thread::sleep_for(std::chrono::milliseconds(2));  // times have milliseconds
  Begin(store, "b");
  EXPECT_THAT(store.ExcludedWorkers(), testing::IsEmpty());
}

TEST_F(StoreTest, CreateInAMissingFolderSaysSo) {
  db_ = folder_ / "missing" / "sweep.db";
  EXPECT_THAT(ErrorOf([&] { CreateSweep({}); }), HasSubstr("does not exist"));
}

TEST_F(StoreTest, FailedCreateLeavesNothing) {
  const auto failing = [](size_t i) -> Trial {
    if (i == 1) throw std::out_of_range("no such point");
    return MakeTrial("a");
  };
  EXPECT_THROW(Store::Create(db_, {}, 2, failing), std::out_of_range);
  EXPECT_THAT(ErrorOf([&] {
                CreateSweep({MakeTrial("a"), MakeTrial("a")});
              }),
              HasSubstr("trial_id"));
  EXPECT_THAT(FilesInFolder(), ElementsAre());
}

TEST_F(StoreTest, OpenRefusesWhatIsNotOurs) {
  const auto open = [this] { Store::Open(db_); };
  EXPECT_THAT(ErrorOf(open), HasSubstr("there is no file"));
  WriteFile(db_, std::string(10'000, 'x'));
  EXPECT_THAT(ErrorOf(open), HasSubstr("is not a database of lrsweep"));
  fs::remove(db_);
  SQLite::Database(db_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE t (a)");
  EXPECT_THAT(ErrorOf(open), HasSubstr("none that lrsweep made"));
  fs::remove(db_);
  fs::create_directory(db_);
  EXPECT_THAT(ErrorOf(open), HasSubstr("is not a file"));
}

TEST_F(StoreTest, OpenRefusesANewerLayout) {
  CreateSweep({}).Close();
  SQLite::Database(db_.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 8");
  EXPECT_THAT(ErrorOf([&] { Store::Open(db_); }), HasSubstr("newer lrsweep"));
}

TEST_F(StoreTest, OpenRefusesALayoutFromBeforeTheFirstRelease) {
  CreateSweep({}).Close();
  SQLite::Database(db_.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 1");
  EXPECT_THAT(ErrorOf([&] { Store::Open(db_); }), HasSubstr("before its first release"));
}

TEST_F(StoreTest, CloseLeavesOnePortableFile) {
  Store store = CreateSweep({MakeTrial("a")});
  Complete(store, "a", {0.9});
  store.Close();
  EXPECT_THAT(FilesInFolder(), ElementsAre("sweep.db"));
  EXPECT_EQ(Text("PRAGMA journal_mode"), "delete");
  EXPECT_EQ(Count("SELECT count(*) FROM epochs"), 1);
}

TEST_F(StoreTest, CloseBesideAReaderLosesNothing) {
  Store store = CreateSweep({MakeTrial("a")});
  Complete(store, "a", {0.9});
  store.Commit();
  {
    const Store reader = Store::Open(db_);
    store.Close();
    EXPECT_EQ(reader.Epochs("a").size(), 1U);
  }
  EXPECT_EQ(Store::Open(db_).Epochs("a").size(), 1U);
}

TEST_F(StoreTest, AnotherProcessReadsCommittedRowsWhileTheWriterWorks) {
  Store store = CreateSweep({MakeTrial("a")});
  Begin(store, "a");
  store.AddEpoch("a", MakeEpoch(1, 0.9));
  store.Commit();
  store.AddEpoch("a", MakeEpoch(2, 0.9));  // not yet
  const pid_t child = fork();
  if (child == 0) {
    int seen = 0;
    try {
      SQLite::Database db(db_.string());
      seen = db.execAndGet("SELECT count(*) FROM epochs").getInt();
    } catch (const SQLite::Exception&) {
      seen = 99;
    }
    _exit(seen);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 1);
  EXPECT_EQ(store.Epochs("a").size(), 2U);
  EXPECT_EQ(Store::Open(db_).Epochs("a").size(), 1U);
}

TEST_F(StoreTest, WhatWasCommittedBeforeACrashIsRead) {
  const pid_t child = fork();
  if (child == 0) {
    Store store = CreateSweep({MakeTrial("a")});
    Complete(store, "a", {0.9});
    store.Commit();
    store.BeginAttempt("a", {});
    _exit(0);  // without Close
  }
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  ASSERT_TRUE(fs::exists(db_.string() + "-wal"));
  EXPECT_EQ(Store::Open(db_).Trials().at(0).state, "completed");
}

TEST_F(StoreTest, AnOpenedStoreShowsOneMoment) {
  Store store = CreateSweep({MakeTrial("a")});
  const Store before = Store::Open(db_);
  Complete(store, "a", {0.9});
  store.Commit();
  EXPECT_EQ(before.Trials()[0].state, "pending");
  EXPECT_EQ(Store::Open(db_).Trials()[0].state, "completed");
}

TEST_F(StoreTest, AttemptIsRecordedFromBeginToEnd) {
  Store store = CreateSweep({MakeTrial("a")});
  EXPECT_EQ(store.BeginAttempt("a", {3, "node-a", "cuda:1", "torch", "AVX2"}), 1);
  EXPECT_EQ(store.Trials()[0].state, "running");
  EXPECT_TRUE(store.Trials()[0].started_at);
  EXPECT_FALSE(store.Attempts("a")[0].ended_at);
  store.AddEpoch("a", MakeEpoch(1, 0.5));
  store.EndAttempt("a", TrialState::kFailed, "no memory\nat all");
  const AttemptRow attempt = store.Attempts("a").at(0);
  EXPECT_EQ(attempt.by.worker, 3);
  EXPECT_EQ(attempt.by.device, "cuda:1");
  EXPECT_EQ(attempt.pack_size, 1);
  EXPECT_EQ(attempt.outcome, "failed");
  EXPECT_EQ(attempt.error, "no memory\nat all");
  const TrialRow trial = store.Trials().at(0);
  EXPECT_EQ(trial.state, "failed");
  EXPECT_EQ(trial.error, "no memory\nat all");
  EXPECT_EQ(trial.epochs_done, 1);
  EXPECT_EQ(trial.wall_seconds, 1.5);
}

TEST_F(StoreTest, SweepTellsWhenItsAttemptsBeganAndEnded) {
  Store store = CreateSweep({MakeTrial("a"), MakeTrial("b")});
  EXPECT_FALSE(store.Sweep().started_at);
  Begin(store, "a");
  store.Commit();
  EXPECT_EQ(store.Sweep().started_at, store.Attempts("a")[0].started_at);
  EXPECT_FALSE(store.Sweep().ended_at);
  store.EndAttempt("a", TrialState::kCompleted, "");
  Complete(store, "b", {0.5});
  store.Commit();
  EXPECT_EQ(store.Sweep().started_at, store.Attempts("a")[0].started_at);
  EXPECT_EQ(store.Sweep().ended_at, store.Attempts("b")[0].ended_at);
}

TEST_F(StoreTest, SecondAttemptStartsOver) {
  Store store = CreateSweep({MakeTrial("a")});
  Begin(store, "a");
  store.AddEpoch("a", MakeEpoch(1, 0.5));
  store.EndAttempt("a", TrialState::kPending, "");
  EXPECT_EQ(store.Trials()[0].state, "pending");
  EXPECT_EQ(store.Attempts("a")[0].outcome, "interrupted");
  EXPECT_EQ(store.Epochs("a").size(), 1U);
  EXPECT_EQ(store.BeginAttempt("a", {}), 2);
  EXPECT_TRUE(store.Epochs("a").empty());
  store.AddEpoch("a", MakeEpoch(1, 0.75));
  store.EndAttempt("a", TrialState::kCompleted, "");
  store.Close();
  EXPECT_EQ(Count("SELECT count(*) FROM steps"), 2);
  EXPECT_EQ(Count("SELECT epochs_done FROM trials"), 1);
}

TEST_F(StoreTest, DivergenceIsSaidExplicitly) {
  Store store = CreateSweep({MakeTrial("a"), MakeTrial("b")});
  Diverge(store, "a");
  Complete(store, "b", {0.5});
  store.Close();
  const Store read = Store::Open(db_);
  EXPECT_TRUE(read.Trials()[0].diverged);
  EXPECT_FALSE(read.Trials()[1].diverged);
  EXPECT_TRUE(std::isnan(MetricValue(read.Epochs("a")[0].metrics, kTrainLoss)));
  EXPECT_TRUE(std::isfinite(MetricValue(read.Epochs("a")[0].metrics, kValAccuracy)));
  EXPECT_EQ(Count("SELECT count(*) FROM steps WHERE trial_id = 'a' AND loss IS NULL"), 1);
  EXPECT_EQ(Text("SELECT trial_id FROM ranking WHERE place = 2 AND value IS NULL"), "a");
}

TEST_F(StoreTest, UnknownTrialIsAMistakeOfTheCaller) {
  Store store = CreateSweep({MakeTrial("a")});
  EXPECT_THROW(Begin(store, "b"), std::logic_error);
  EXPECT_THROW(store.AddEpoch("b", MakeEpoch(1, 0.5)), std::logic_error);
  EXPECT_THROW(store.EndAttempt("a", TrialState::kCompleted, ""), std::logic_error);
}

TEST_F(StoreTest, StepsCanBeLeftOut) {
  SweepRecord sweep;
  sweep.record_steps = false;
  Store store = Store::Create(db_, sweep, 1, [](size_t) { return MakeTrial("a"); });
  Complete(store, "a", {0.9});
  store.Close();
  EXPECT_EQ(Count("SELECT count(*) FROM steps"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM epochs"), 1);
  EXPECT_FALSE(Store::Open(db_).Sweep().record_steps);
}

TEST_F(StoreTest, PrefixFindsTrials) {
  Store store = CreateSweep({MakeTrial("ab12"), MakeTrial("abff"), MakeTrial("ac00")});
  EXPECT_EQ(store.TrialsByPrefix("ab", 9).size(), 2U);
  EXPECT_EQ(store.TrialsByPrefix("ac00", 9).size(), 1U);
  EXPECT_EQ(store.TrialsByPrefix("", 9).size(), 3U);
  EXPECT_EQ(store.TrialsByPrefix("", 2).size(), 2U);
  EXPECT_TRUE(store.TrialsByPrefix("b", 9).empty());
}

TEST_F(StoreTest, QueriesForATrialUseAnIndex) {
  CreateSweep({}).Close();
  SQLite::Database db(db_.string());
  for (const char* table : {"steps", "epochs", "attempts"}) {
    SQLite::Statement plan(
        db, std::string("EXPLAIN QUERY PLAN SELECT * FROM ") + table + " WHERE trial_id = 'a'");
    ASSERT_TRUE(plan.executeStep());
    EXPECT_THAT(plan.getColumn(3).getString(), HasSubstr("SEARCH")) << table;
  }
}

TEST_F(StoreTest, TrialsAreCountedByIndex) {
  CreateSweep({}).Close();
  SQLite::Database db(db_.string());
  SQLite::Statement plan(db,
                         "EXPLAIN QUERY PLAN SELECT state, count(*), sum(epochs_done) "
                         "FROM trials GROUP BY state");
  ASSERT_TRUE(plan.executeStep());
  EXPECT_THAT(plan.getColumn(3).getString(), HasSubstr("COVERING INDEX"));
}

// ---- The steps view, and Store::Steps, give back what was added, to the bit.

class StepsTest : public StoreTest {
 protected:
  /// Adds the epoch and compares it, as the view gives it, with what went in.
  void RoundTrip(const std::vector<float>& losses, const StepRates& rates) {
    EpochRecord record = MakeEpoch(2, 0.5, losses);
    record.rates = rates;
    Store store = CreateSweep({MakeTrial("a")});
    Begin(store, "a");
    store.AddEpoch("a", record);
    store.Close();
    SQLite::Database db(db_.string());
    SQLite::Statement query(db,
                            "SELECT epoch, step, lr, momentum, loss FROM steps "
                            "WHERE trial_id = 'a' ORDER BY step");
    const auto first = static_cast<int64_t>(losses.size());
    for (size_t i = 0; i < losses.size(); ++i) {
      ASSERT_TRUE(query.executeStep());
      ASSERT_EQ(query.getColumn(0).getInt64(), 2);
      ASSERT_EQ(query.getColumn(1).getInt64(), first + static_cast<int64_t>(i));
      ASSERT_EQ(query.getColumn(2).getDouble(), rates.LrAt(i));
      ASSERT_EQ(query.getColumn(3).getDouble(), rates.MomentumAt(i));
      ASSERT_EQ(static_cast<float>(query.getColumn(4).getDouble()), losses[i]);
      for (const int real : {2, 3, 4}) ASSERT_TRUE(query.getColumn(real).isFloat());
    }
    EXPECT_FALSE(query.executeStep());
    const std::vector<StepRow> steps = Store::Open(db_).Steps("a");
    ASSERT_EQ(steps.size(), losses.size());
    for (size_t i = 0; i < losses.size(); ++i) {
      ASSERT_EQ(steps[i].lr, rates.LrAt(i));
      ASSERT_EQ(steps[i].momentum, rates.MomentumAt(i));
      ASSERT_EQ(static_cast<float>(steps[i].loss), losses[i]);
    }
  }

  std::vector<float> Losses(size_t count) {
    std::vector<float> losses(count);
    for (float& loss : losses) loss = std::exp2(exponent_(random_) / 2);
    return losses;
  }

  std::vector<double> Rates(size_t count) {
    std::vector<double> rates(count);
    for (double& rate : rates) rate = std::exp2(exponent_(random_));
    return rates;
  }

  std::mt19937_64 random_{7};
  std::uniform_real_distribution<double> exponent_{-40, 4};
};

TEST_F(StepsTest, ConstantRates) { RoundTrip(Losses(1000), {{0.1}, {0.9}}); }
TEST_F(StepsTest, ConstantRatesGivenForEachStep) {
  RoundTrip(Losses(3), {{0.1, 0.1, 0.1}, {0.9, 0.9, 0.9}});
}
TEST_F(StepsTest, VaryingRate) { RoundTrip(Losses(1000), {Rates(1000), {0.9}}); }
TEST_F(StepsTest, VaryingMomentum) { RoundTrip(Losses(1000), {{0.1}, Rates(1000)}); }
TEST_F(StepsTest, VaryingRateAndMomentum) {
  RoundTrip(Losses(100'000), {Rates(100'000), Rates(100'000)});
}
TEST_F(StepsTest, WholeNumbersStayReals) { RoundTrip({1, 2, 0}, {{1, 2, 3}, {0}}); }
TEST_F(StepsTest, OneStep) { RoundTrip({0.5F}, {{0.1}, {0.9}}); }

TEST_F(StepsTest, RatesOfAnotherLengthAreRefused) {
  EXPECT_THROW(RoundTrip({0.5F, 0.5F, 0.5F}, {{0.1, 0.2}, {0.9}}), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
