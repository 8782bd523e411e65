// Trials continued from a checkpoint, and checkpoints that are damaged.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include <random>
#include <stdexcept>

#include "data/sha256.h"
#include "results/store.h"
#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;

class StoreCheckpointTest : public SweepFixture {
 protected:
  static Checkpoint At(int64_t epoch, const std::string& data) {
    return {epoch, Sha256Hex(data), data};
  }

  static std::string RandomBytes(size_t size) {
    std::mt19937 random(3);
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
  }

  /// A trial of three epochs, with a checkpoint after the second, cut off.
  Store CutOff(const std::string& data) const {
    Store store = CreateSweep({MakeTrial("a")});
    Begin(store, "a");
    store.AddEpoch("a", MakeEpoch(1, 0.5));
    store.AddEpoch("a", MakeEpoch(2, 0.6));
    store.SaveCheckpoint("a", At(2, data));
    store.AddEpoch("a", MakeEpoch(3, 0.7));
    store.EndAttempt("a", TrialState::kPending, "interrupted");
    return store;
  }

  int64_t Count(const std::string& table) const {
    return SQLite::Database(db_.string()).execAndGet("SELECT count(*) FROM " + table).getInt64();
  }
};

TEST_F(StoreCheckpointTest, IsReadBackByTheByte) {
  const std::string data = RandomBytes(1'000'000);
  CutOff(data).Close();
  const StoredCheckpoint stored = Store::Open(db_).ReadCheckpoint("a", Sha256Hex);
  ASSERT_TRUE(stored.checkpoint) << stored.defect;
  EXPECT_EQ(stored.checkpoint->epoch, 2);
  EXPECT_TRUE(stored.checkpoint->data == data);
}

TEST_F(StoreCheckpointTest, ATrialWithoutOneHasNoDefect) {
  const Store store = CreateSweep({MakeTrial("a")});
  const StoredCheckpoint stored = store.ReadCheckpoint("a", Sha256Hex);
  EXPECT_FALSE(stored.checkpoint);
  EXPECT_EQ(stored.defect, "");
}

TEST_F(StoreCheckpointTest, ContinuingReplacesWhatLiesBeyond) {
  CutOff("state").Close();
  Store store = Store::OpenForWriting(db_);
  EXPECT_EQ(store.BeginAttempt("a", {}, 3, 2), 2);
  EXPECT_EQ(store.Epochs("a").size(), 2U);
  EXPECT_EQ(store.Steps("a").size(), 4U);
  EXPECT_EQ(store.TrialById("a").epochs_done, 2);
  EXPECT_EQ(store.TrialById("a").wall_seconds, 3.0);
  EXPECT_EQ(store.Attempts("a").at(1).first_epoch, 3);
  EXPECT_EQ(store.Attempts("a").at(1).pack_size, 2);
  EXPECT_TRUE(store.ReadCheckpoint("a", Sha256Hex).checkpoint);  // it may be cut off again
  store.AddEpoch("a", MakeEpoch(3, 0.9));
  store.EndAttempt("a", TrialState::kCompleted, "");
  EXPECT_EQ(store.PlaceOf("a")->value, 0.9);
  EXPECT_EQ(store.TrialById("a").wall_seconds, 4.5);
  store.Close();
  EXPECT_EQ(Count("checkpoints"), 0);
  EXPECT_EQ(Count("states"), 0);
  EXPECT_EQ(Count("steps"), 6);
}

TEST_F(StoreCheckpointTest, StartingOverRemovesIt) {
  Store store = CutOff("state");
  store.BeginAttempt("a", {});
  EXPECT_TRUE(store.Epochs("a").empty());
  EXPECT_FALSE(store.ReadCheckpoint("a", Sha256Hex).checkpoint);
}

TEST_F(StoreCheckpointTest, ALaterOneTakesItsPlace) {
  Store store = CreateSweep({MakeTrial("a")});
  Begin(store, "a");
  store.AddEpoch("a", MakeEpoch(1, 0.5));
  store.SaveCheckpoint("a", At(1, "first"));
  store.AddEpoch("a", MakeEpoch(2, 0.5));
  store.SaveCheckpoint("a", At(2, "second"));
  EXPECT_EQ(store.ReadCheckpoint("a", Sha256Hex).checkpoint->data, "second");
}

TEST_F(StoreCheckpointTest, DataThatAreKnownAreNotReadAgain) {
  const Store store = CutOff("state");
  const Checkpoint known = At(1, "state");
  bool is_hashed = false;
  const auto sha256 = [&is_hashed](std::string_view bytes) {
    is_hashed = true;
    return Sha256Hex(bytes);
  };
  const StoredCheckpoint stored = store.ReadCheckpoint("a", sha256, known);
  ASSERT_TRUE(stored.checkpoint) << stored.defect;
  EXPECT_EQ(stored.checkpoint->epoch, 2);
  EXPECT_EQ(stored.checkpoint->data, "state");
  EXPECT_FALSE(is_hashed);
  EXPECT_EQ(store.ReadCheckpoint("a", sha256, At(2, "other")).checkpoint->data, "state");
  EXPECT_TRUE(is_hashed);
}

TEST_F(StoreCheckpointTest, KnownDataOfAnotherSizeThanRecordedAreADefect) {
  CutOff("state").Close();
  SQLite::Database(db_.string(), SQLite::OPEN_READWRITE).exec("UPDATE checkpoints SET size = 6");
  EXPECT_THAT(Store::Open(db_).ReadCheckpoint("a", Sha256Hex, At(2, "state")).defect,
              HasSubstr("5 bytes of 6"));
}

TEST_F(StoreCheckpointTest, IsCommittedTogetherWithItsEpochs) {
  Store store = CreateSweep({MakeTrial("a")});
  Begin(store, "a");
  store.Commit();
  store.AddEpoch("a", MakeEpoch(1, 0.5));
  store.SaveCheckpoint("a", At(1, "state"));
  EXPECT_FALSE(Store::Open(db_).ReadCheckpoint("a", Sha256Hex).checkpoint);
  store.Commit();
  EXPECT_TRUE(Store::Open(db_).ReadCheckpoint("a", Sha256Hex).checkpoint);
}

TEST_F(StoreCheckpointTest, OfAnotherEpochThanTheLastIsAMistakeOfTheCaller) {
  Store store = CreateSweep({MakeTrial("a")});
  Begin(store, "a");
  store.AddEpoch("a", MakeEpoch(1, 0.5));
  EXPECT_THROW(store.SaveCheckpoint("a", At(2, "state")), std::logic_error);
  store.EndAttempt("a", TrialState::kPending, "");
  EXPECT_THROW(store.SaveCheckpoint("a", At(1, "state")), std::logic_error);
  EXPECT_THROW(store.BeginAttempt("a", {}, 3), std::logic_error);  // epoch 2 is not there
}

TEST_F(StoreCheckpointTest, EveryFlippedBitAndEveryTruncationIsFound) {
  const std::string data = RandomBytes(5000);
  CutOff(data).Close();
  std::mt19937 random(5);
  const auto read_with = [this](const std::string& bytes) {
    SQLite::Database db(db_.string(), SQLite::OPEN_READWRITE);
    SQLite::Statement damage(db, "UPDATE states SET data = ?");
    damage.bindNoCopy(1, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
    db.exec("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF");
    damage.exec();
    return Store::Open(db_).ReadCheckpoint("a", Sha256Hex);
  };
  for (int i = 0; i < 1000; ++i) {
    std::string flipped = data;
    flipped[random() % data.size()] ^= static_cast<char>(1U << (random() % 8));
    const StoredCheckpoint damaged = read_with(flipped);
    ASSERT_FALSE(damaged.checkpoint);
    ASSERT_THAT(damaged.defect, HasSubstr("damaged"));
    const StoredCheckpoint cut = read_with(data.substr(0, random() % data.size()));
    ASSERT_FALSE(cut.checkpoint);
    ASSERT_THAT(cut.defect, HasSubstr("bytes of 5000"));
  }
  EXPECT_TRUE(read_with(data).checkpoint);
}

TEST_F(StoreCheckpointTest, AnEpochThatIsNotRecordedIsADefect) {
  CutOff("state").Close();
  SQLite::Database(db_.string(), SQLite::OPEN_READWRITE).exec("UPDATE checkpoints SET epoch = 4");
  EXPECT_THAT(Store::Open(db_).ReadCheckpoint("a", Sha256Hex).defect, HasSubstr("epoch 4"));
}

TEST_F(StoreCheckpointTest, ThatOfAFileOfTheLayoutBeforeIsReadAndKept) {
  CutOff("state").Close();
  SQLite::Database(db_.string(), SQLite::OPEN_READWRITE).exec(kToLayout6);
  EXPECT_EQ(Store::Open(db_).ReadCheckpoint("a", Sha256Hex).checkpoint->data, "state");
  Store::OpenForWriting(db_).Close();
  EXPECT_EQ(Store::Open(db_).ReadCheckpoint("a", Sha256Hex).checkpoint->data, "state");
}

TEST_F(StoreCheckpointTest, IsNotOverwrittenWhenItIsNeededNoMore) {
  Store store = CutOff(RandomBytes(1'000'000));
  store.Commit();
  const auto journal_size = [this] { return std::filesystem::file_size(db_.string() + "-wal"); };
  const auto before = journal_size();
  EXPECT_GT(before, 1'000'000U);
  store.DropCheckpoint("a", "it was damaged");
  store.Commit();
  EXPECT_EQ(Count("states"), 0);
  EXPECT_LT(journal_size() - before, 200'000U);
}

TEST_F(StoreCheckpointTest, ItsRoomIsGivenBack) {
  Store store = CutOff(RandomBytes(1'000'000));
  store.DropCheckpoint("a", "it was damaged");
  store.Close();
  EXPECT_LT(std::filesystem::file_size(db_), 200'000U);
}

TEST_F(StoreCheckpointTest, ALostAttemptIsCountedWhereItsTrialWasAlone) {
  Store store = CreateSweep({MakeTrial("a")});
  store.BeginAttempt("a", {}, 1, 1);
  store.LoseAttempt("a", "worker 3 is gone");
  store.BeginAttempt("a", {}, 1, 4);
  store.LoseAttempt("a", "worker 4 is gone");
  EXPECT_EQ(store.LostAttempts("a"), 1);
  EXPECT_EQ(store.Attempts("a").at(0).outcome, "lost");
  EXPECT_EQ(store.Attempts("a").at(0).error, "worker 3 is gone");
  EXPECT_EQ(store.TrialById("a").state, "pending");
}

TEST_F(StoreCheckpointTest, ADroppedOneIsGoneAndTheAttemptSaysWhy) {
  Store store = CutOff("state");
  EXPECT_THAT(store.CheckpointEpochs(), testing::ElementsAre(testing::Key("a")));
  store.DropCheckpoint("a", "it was damaged");
  EXPECT_THAT(store.CheckpointEpochs(), testing::IsEmpty());
  EXPECT_EQ(store.Attempts("a").at(0).error, "interrupted; it was damaged");
}

TEST_F(StoreCheckpointTest, FailedTrialsArePendingAgainWhenRetried) {
  Store store = CreateSweep({MakeTrial("a"), MakeTrial("b")});
  store.BeginAttempt("a", {});
  store.EndAttempt("a", TrialState::kFailed, "it broke");
  EXPECT_THAT(store.PendingIds(), testing::ElementsAre("b"));
  EXPECT_EQ(store.RetryFailed(), 1);
  EXPECT_THAT(store.PendingIds(), testing::UnorderedElementsAre("a", "b"));
  EXPECT_EQ(store.TrialById("a").error, std::nullopt);
}

TEST_F(StoreCheckpointTest, ATrialCanEndWithoutAnAttempt) {
  Store store = CutOff("state");
  store.EndTrial("a", TrialState::kFailed, "it brought down 3 workers");
  EXPECT_EQ(store.TrialById("a").state, "failed");
  EXPECT_EQ(store.TrialById("a").error, "it brought down 3 workers");
  EXPECT_THAT(store.CheckpointEpochs(), testing::IsEmpty());
}

}  // namespace
}  // namespace lrsweep
