// A database continued: after a crash, beside another writer, damaged.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>

#include "results/store.h"
#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class StoreOpeningTest : public SweepFixture {
 protected:
  /// Runs `action` in a process that ends without a word, as after a SIGKILL.
  static void InCrashingProcess(const std::function<void()>& action) {
    const pid_t child = fork();
    if (child == 0) {
      action();
      kill(getpid(), SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
  }

  /// The writer of a rollback journal dies in the middle of a commit.
  void CrashInACommit() const {
    InCrashingProcess([this] {
      SQLite::Database db(db_.string(), SQLite::OPEN_READWRITE);
      // With room for one page, what is changed is in the file before the commit is.
      db.exec("PRAGMA cache_size = 1; BEGIN; UPDATE trials SET seed = 99");
      sqlite3_db_cacheflush(db.getHandle());
      kill(getpid(), SIGKILL);  // before `db` is closed
    });
    ASSERT_TRUE(fs::exists(db_.string() + "-journal"));
  }

  /// What another process is told that wants to write.
  std::string ErrorElsewhere() const {
    const fs::path told = folder_ / "told";
    InCrashingProcess([&] { std::ofstream(told) << ErrorOfOpening(); });
    std::ifstream file(told);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string ErrorOfOpening() const {
    try {
      Store::OpenForWriting(db_);
    } catch (const StoreError& error) {
      return error.what();
    }
    return "no error";
  }

  std::string Bytes() const {
    std::ifstream file(db_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static std::vector<std::string> States(const Store& store) {
    std::vector<std::string> states;
    for (const TrialRow& trial : store.Trials()) states.push_back(trial.state);
    return states;
  }
};

TEST_F(StoreOpeningTest, WhatACrashLeftRunningIsPending) {
  InCrashingProcess([this] {
    Store store = CreateSweep({MakeTrial("a"), MakeTrial("b"), MakeTrial("c")});
    Complete(store, "a", {0.5});
    Begin(store, "b");
    store.AddEpoch("b", MakeEpoch(1, 0.6));
    store.Commit();
    store.AddEpoch("b", MakeEpoch(2, 0.7));  // is lost
  });
  Store store = Store::OpenForWriting(db_);
  EXPECT_THAT(States(store), testing::ElementsAre("completed", "pending", "pending"));
  EXPECT_EQ(store.Epochs("b").size(), 1U);
  EXPECT_EQ(store.Attempts("b").at(0).outcome, "interrupted");
  EXPECT_EQ(store.Attempts("a").at(0).outcome, "completed");
  EXPECT_EQ(store.BeginAttempt("b", {}), 2);
  store.AddEpoch("b", MakeEpoch(1, 0.8));
  store.EndAttempt("b", TrialState::kCompleted, "");
  store.Close();
  EXPECT_EQ(Store::Open(db_).Ranking({}, 1).at(0).trial_id, "b");
  EXPECT_FALSE(fs::exists(db_.string() + "-wal"));
}

TEST_F(StoreOpeningTest, AHalfCommitOfARollbackJournalIsUndoneByWhoeverOpensTheFile) {
  CreateSweep({MakeTrial("a")}).Close();
  CrashInACommit();
  EXPECT_EQ(Store::Open(db_).Trials().at(0).seed, 0);
  EXPECT_FALSE(fs::exists(db_.string() + "-journal"));
  CrashInACommit();
  EXPECT_EQ(Store::OpenForWriting(db_).Trials().at(0).seed, 0);
}

TEST_F(StoreOpeningTest, AHalfCommitOfAStrangersDatabaseIsNotTouched) {
  CreateSweep({MakeTrial("a")}).Close();
  SQLite::Database(db_.string(), SQLite::OPEN_READWRITE).exec("PRAGMA application_id = 7");
  CrashInACommit();
  const std::string before = Bytes();
  EXPECT_THROW(Store::Open(db_), StoreError);
  EXPECT_TRUE(Bytes() == before);
  EXPECT_TRUE(fs::exists(db_.string() + "-journal"));
}

TEST_F(StoreOpeningTest, AFinishedSweepIsContinued) {
  CreateSweep({MakeTrial("a")}).Close();
  Store store = Store::OpenForWriting(db_);
  Complete(store, "a", {0.5});
  store.Close();
  EXPECT_THAT(States(Store::Open(db_)), testing::ElementsAre("completed"));
}

TEST_F(StoreOpeningTest, StepsAreRecordedAsTheSweepHasIt) {
  SweepRecord sweep;
  sweep.record_steps = false;
  Store::Create(db_, sweep, 1, [](size_t) { return MakeTrial("a"); }).Close();
  Store store = Store::OpenForWriting(db_);
  Complete(store, "a", {0.5});
  EXPECT_TRUE(store.Steps("a").empty());
}

TEST_F(StoreOpeningTest, ASecondWriterIsRefusedUntilTheFirstEnds) {
  Store store = CreateSweep({MakeTrial("a")});
  EXPECT_THAT(ErrorElsewhere(), HasSubstr("is being written by another lrsweep"));
  store.Close();
  EXPECT_EQ(ErrorElsewhere(), "no error");
  Store again = Store::OpenForWriting(db_);
  EXPECT_THAT(ErrorElsewhere(), HasSubstr("is being written by another lrsweep"));
}

TEST_F(StoreOpeningTest, OtherDescriptorsOfTheFileDoNotEndTheLock) {
  const Store store = CreateSweep({MakeTrial("a")});
  Store::Open(db_).Trials();
  EXPECT_FALSE(Bytes().empty());
  EXPECT_THAT(ErrorElsewhere(), HasSubstr("is being written by another lrsweep"));
}

TEST_F(StoreOpeningTest, ReadersAreNotRefused) {
  const Store store = CreateSweep({MakeTrial("a")});
  InCrashingProcess([this] {
    if (Store::Open(db_).Trials().size() != 1) _exit(1);
  });
}

TEST_F(StoreOpeningTest, DamageIsFoundBeforeAnythingIsWritten) {
  std::vector<Trial> trials;
  for (char c = 'a'; c <= 'z'; ++c) trials.push_back(MakeTrial(std::string(1, c)));
  CreateSweep(trials).Close();
  int64_t page = 0;
  {
    const SQLite::Database db(db_.string());
    SQLite::Statement root(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'trials'");
    ASSERT_TRUE(root.executeStep());
    page = root.getColumn(0).getInt64();
  }
  std::fstream file(db_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp((page - 1) * 4096);
  file << std::string(64, '\x7f');
  file.close();
  const std::string before = Bytes();
  EXPECT_THAT(ErrorOfOpening(), HasSubstr("is damaged"));
  EXPECT_TRUE(Bytes() == before);
}

TEST_F(StoreOpeningTest, RefusesWhatOpenRefuses) {
  EXPECT_THAT(ErrorOfOpening(), HasSubstr("there is no file"));
  std::ofstream(db_) << std::string(10'000, 'x');
  EXPECT_THAT(ErrorOfOpening(), HasSubstr("is not a database of lrsweep"));
  EXPECT_EQ(Bytes(), std::string(10'000, 'x'));
}

}  // namespace
}  // namespace lrsweep
