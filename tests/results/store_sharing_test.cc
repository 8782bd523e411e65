#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/store.h"
#include "tests/support/query_rows.h"
#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoreSharingTest : public SweepFixture {
 protected:
  /// Trials a, b, c, d: the order is that of their numbers.
  Store Created() const {
    return CreateSweep({MakeTrial("a"), MakeTrial("b"), MakeTrial("c"), MakeTrial("d")});
  }

  static void Train(Store& store, const std::string& id, int64_t first, int64_t last) {
    store.BeginAttempt(id, {1, "node", "cpu", "cpu", "AVX3"}, first);
    for (int64_t epoch = first; epoch <= last; ++epoch) {
      store.AddEpoch(id, MakeEpoch(epoch, 0.1 * static_cast<double>(epoch)));
    }
  }

  static void Finish(Store& store, const std::string& id) {
    store.EndAttempt(id, TrialState::kCompleted, "");
  }

  /// The query's rows, columns joined by blanks.
  std::vector<std::string> Rows(const std::string& sql) const { return QueryRows(db_, sql); }

  /// Who trained the epochs of each trial: "a: a a", "b: a b".
  std::vector<std::string> Trainers() const {
    return Rows(
        "SELECT trial_id || ':', group_concat(by, ' ') FROM (SELECT trial_id, "
        "coalesce(trained_by, trial_id) AS by FROM epochs ORDER BY trial_id, epoch) "
        "GROUP BY trial_id");
  }

  /// The sizes of what is stored of each trial: rows of `epochs`, of `steps`, and own traces.
  std::vector<std::string> Sizes() const {
    return Rows(
        "SELECT trial_id || ':', count(*), (SELECT count(*) FROM steps AS s WHERE s.trial_id = "
        "e.trial_id), (SELECT count(*) FROM step_traces AS t WHERE t.trial_id = e.trial_id) "
        "FROM epochs AS e GROUP BY trial_id");
  }
};

TEST_F(StoreSharingTest, SharedEpochsAreCopiedAndTheirStepsStoredOnce) {
  Store store = Created();
  Train(store, "a", 1, 3);
  const Checkpoint state{2, "hash", "state"};
  store.ShareEpochs("a", "b", 2, &state);
  Finish(store, "a");
  Train(store, "b", 3, 4);
  Finish(store, "b");
  store.Close();
  EXPECT_THAT(Trainers(), ElementsAre("a: a a a", "b: a a b b"));
  EXPECT_THAT(Sizes(), ElementsAre("a: 3 6 3", "b: 4 8 2"));
  EXPECT_THAT(Rows("SELECT trial_id, epochs_done, shared_epochs FROM trials WHERE epochs_done > 0"),
              ElementsAre("a 3 0", "b 4 2"));
  EXPECT_THAT(Rows("SELECT count(*), sum(wall_seconds) FROM epochs WHERE trained_by IS NULL"),
              ElementsAre("5 7.5"));
  EXPECT_THAT(Rows("PRAGMA foreign_key_check"), ElementsAre());
  const Store read = Store::Open(db_);
  EXPECT_EQ(read.Steps("b").size(), 8U);
  EXPECT_EQ(read.MomentumByEpoch("b").size(), 4U);
  EXPECT_EQ(read.Epochs("b")[1].trained_by, "a");
  EXPECT_EQ(read.Epochs("b")[2].trained_by, "");
  EXPECT_EQ(read.Attempts("b").front().first_epoch, 3);
}

TEST_F(StoreSharingTest, WorkCountsEachTrainingOnce) {
  Store store = Created();
  EXPECT_FALSE(store.CountWork().IsShared());
  Train(store, "c", 1, 4);
  EXPECT_FALSE(store.CountWork().IsShared());
  store.ShareEpochs("c", "d", 2);
  store.ShareEpochs("c", "a", 3);
  Finish(store, "c");
  const WorkDone work = store.CountWork();
  store.Close();
  EXPECT_TRUE(work.IsShared());
  EXPECT_EQ(work.epochs_recorded, 9);
  EXPECT_EQ(work.epochs_trained, 4);
  EXPECT_THAT(Rows("SELECT sum(wall_seconds) FROM epochs"),
              ElementsAre(testing::StrEq(fmt::format("{:.1f}", work.seconds_recorded))));
  EXPECT_THAT(Rows("SELECT sum(wall_seconds) FROM epochs WHERE trained_by IS NULL"),
              ElementsAre(testing::StrEq(fmt::format("{:.1f}", work.seconds_trained))));
}

TEST_F(StoreSharingTest, ATrialBeginsWhenItsFirstEpochIsTrained) {
  Store store = Created();
  Train(store, "c", 1, 4);
  store.ShareEpochs("c", "a", 2);
  const Checkpoint state{3, "hash", "state"};
  store.ShareEpochs("c", "b", 3, &state);
  Finish(store, "c");
  Train(store, "b", 4, 4);
  Finish(store, "b");
  store.Close();
  SQLite::Database(db_.string(), SQLite::OPEN_READWRITE)
      .exec("UPDATE attempts SET started_at = 'epoch ' || first_epoch");
  const Store read = Store::Open(db_);
  for (const std::string id : {"a", "b", "c"}) EXPECT_EQ(read.FirstTrainedAt(id), "epoch 1") << id;
  EXPECT_EQ(read.FirstTrainedAt("d"), "");
}

TEST_F(StoreSharingTest, ARowOfAProgramStandsForAllItsEpochs) {
  Store store = Created();
  Begin(store, "a");
  for (const int64_t epoch : {5, 10, 15}) store.AddEpoch("a", MakeEpoch(epoch, 0.5));
  store.ShareEpochs("a", "b", 10);
  const WorkDone work = store.CountWork();
  EXPECT_EQ(work.epochs_recorded, 25);
  EXPECT_EQ(work.epochs_trained, 15);
}

TEST_F(StoreSharingTest, TheTrialWithTheLowestNumberIsNamedWhoeverTrained) {
  Store store = Created();
  Train(store, "c", 1, 4);
  store.ShareEpochs("c", "d", 2);
  store.ShareEpochs("c", "b", 3);
  store.ShareEpochs("c", "a", 1);
  Finish(store, "c");
  store.Close();
  EXPECT_THAT(Trainers(), ElementsAre("a: a", "b: a b b", "c: a b b c", "d: a b"));
  EXPECT_THAT(Sizes(), ElementsAre("a: 1 2 1", "b: 3 6 2", "c: 4 8 1", "d: 2 4 0"));
  EXPECT_THAT(Rows("SELECT trial_id, shared_epochs FROM trials"),
              ElementsAre("a 0", "b 1", "c 3", "d 2"));
}

TEST_F(StoreSharingTest, WhatOthersShareStaysWhenATrialBeginsAnew) {
  Store store = Created();
  Train(store, "a", 1, 3);
  store.ShareEpochs("a", "b", 3);
  store.ShareEpochs("a", "c", 2);
  store.LoseAttempt("a", "worker 1 was lost");
  Train(store, "a", 1, 1);
  store.Commit();
  EXPECT_THAT(Trainers(), ElementsAre("a: a", "b: b b b", "c: b b"));
  EXPECT_THAT(Sizes(), ElementsAre("a: 1 2 1", "b: 3 6 3", "c: 2 4 0"));
  EXPECT_THAT(Rows("SELECT trial_id, shared_epochs FROM trials"),
              ElementsAre("a 0", "b 0", "c 2", "d 0"));
}

TEST_F(StoreSharingTest, ATrialThatSharesAnewLosesWhatItHad) {
  Store store = Created();
  Train(store, "b", 1, 1);
  store.EndAttempt("b", TrialState::kPending, "interrupted");
  Train(store, "a", 1, 2);
  store.ShareEpochs("a", "b", 2);
  store.Commit();
  EXPECT_THAT(Trainers(), ElementsAre("a: a a", "b: a a"));
}

TEST_F(StoreSharingTest, DivergenceIsSharedWithItsEpoch) {
  Store store = Created();
  Begin(store, "a");
  store.AddEpoch("a", MakeEpoch(1, 0.1));
  store.AddEpoch("a", MakeEpoch(2, 0.1, {0.5F, kNanLoss}));
  store.ShareEpochs("a", "b", 2);
  store.ShareEpochs("a", "c", 1);
  EXPECT_TRUE(store.TrialById("b").diverged);
  EXPECT_FALSE(store.TrialById("c").diverged);
}

TEST_F(StoreSharingTest, ASharedStateIsThatOfTheTrial) {
  Store store = Created();
  Train(store, "a", 1, 2);
  const Checkpoint state{2, "hash", "state"};
  store.ShareEpochs("a", "b", 2, &state);
  const auto stored = store.ReadCheckpoint("b", [](std::string_view) { return "hash"; });
  ASSERT_TRUE(stored.checkpoint);
  EXPECT_EQ(stored.checkpoint->epoch, 2);
  EXPECT_EQ(stored.checkpoint->data, "state");
}

TEST_F(StoreSharingTest, AStateIsStoredOnceForAllThatContinueFromIt) {
  Store store = Created();
  Train(store, "a", 1, 3);
  const Checkpoint state{2, "hash", "state"};
  store.SaveCheckpoint("a", state);
  for (const char* id : {"b", "c"}) store.ShareEpochs("a", id, 2, &state);
  const auto states = [&] {
    store.Commit();
    return Rows(
        "SELECT data, (SELECT count(*) FROM checkpoints AS c WHERE c.sha256 = s.sha256) "
        "FROM states AS s ORDER BY sha256");
  };
  EXPECT_THAT(states(), ElementsAre("state 3"));
  store.EndTrial("b", TrialState::kStopped, "");
  store.SaveCheckpoint("a", {3, "hash of next", "next"});
  EXPECT_THAT(states(), ElementsAre("state 1", "next 1"));
  store.EndTrial("c", TrialState::kStopped, "");
  EXPECT_THAT(states(), ElementsAre("next 1"));
  Finish(store, "a");
  EXPECT_THAT(states(), IsEmpty());
}

TEST_F(StoreSharingTest, AStateThatWasDamagedInTheFileIsReplaced) {
  Store store = Created();
  Train(store, "a", 1, 2);
  const Checkpoint state{2, "hash", "state"};
  store.ShareEpochs("a", "b", 2, &state);
  store.Close();
  SQLite::Database(db_.string(), SQLite::OPEN_READWRITE).exec("UPDATE states SET data = x'00'");
  store = Store::OpenForWriting(db_);
  store.ShareEpochs("a", "c", 2, &state);
  for (const char* id : {"b", "c"}) {
    const auto stored = store.ReadCheckpoint(id, [](std::string_view) { return "hash"; });
    ASSERT_TRUE(stored.checkpoint) << stored.defect;
    EXPECT_EQ(stored.checkpoint->data, "state");
  }
}

TEST_F(StoreSharingTest, AFileThatAnotherTrialHasIsRetiredWhenNoneHasIt) {
  const std::string file = R"({"path": "c-2"})", next = R"({"path": "c-3"})";
  Store store = Created();
  Train(store, "a", 1, 3);
  for (const char* id : {"b", "c"}) {
    const Checkpoint state{2, "hash", file, "a"};
    store.ShareEpochs("a", id, 2, &state);
  }
  EXPECT_EQ(store.ReadCheckpoint("b", [](std::string_view) { return "hash"; }).checkpoint->saved_by,
            "a");
  EXPECT_THAT(store.Lenders(), ElementsAre("a"));
  EXPECT_THAT(store.BorrowedBeyond("a", 1), ElementsAre("b", "c"));
  EXPECT_THAT(store.BorrowedBeyond("a", 2), IsEmpty());
  store.RetireCheckpoint("a", file);
  const auto retired = [&store] {
    std::vector<std::string> trials;
    for (const RetiredCheckpoint& one : store.RetiredCheckpoints()) trials.push_back(one.trial_id);
    return trials;
  };
  EXPECT_THAT(retired(), IsEmpty());
  Train(store, "b", 3, 3);
  store.RetireCheckpoint("b", file);  // its copy
  EXPECT_THAT(retired(), IsEmpty());
  store.SaveCheckpoint("b", {3, "hash of next", next});
  EXPECT_THAT(retired(), ElementsAre("b"));
  EXPECT_EQ(store.ReadCheckpoint("b", [](std::string_view) { return "hash of next"; })
                .checkpoint->saved_by,
            "");
  store.EndTrial("c", TrialState::kStopped, "");
  EXPECT_THAT(retired(), ElementsAre("a", "b"));
  EXPECT_THAT(store.Lenders(), IsEmpty());
}

TEST_F(StoreSharingTest, AFileOfTheLayoutBeforeIsReadAndUpgraded) {
  Store old = Created();
  Complete(old, "a", {0.5, 0.6});
  old.Close();
  {
    SQLite::Database db(db_.string(), SQLite::OPEN_READWRITE);
    db.exec(kToLayout6);
  }
  EXPECT_EQ(Store::Open(db_).Steps("a").size(), 4U);
  EXPECT_EQ(Store::Open(db_).Epochs("a").back().trained_by, "");
  EXPECT_EQ(Store::Open(db_).TrialById("a").shared_epochs, 0);
  Store store = Store::OpenForWriting(db_);
  store.ShareEpochs("a", "b", 1);
  store.Close();
  EXPECT_THAT(Trainers(), ElementsAre("a: a a", "b: a"));
  EXPECT_THAT(Sizes(), ElementsAre("a: 2 4 2", "b: 1 2 0"));
}

}  // namespace
}  // namespace lrsweep
