// The journal of a database that is written.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include <stdexcept>

#include "results/store.h"
#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

class StoreJournalTest : public SweepFixture {
 protected:
  Store Create(Journal journal) const {
    return Store::Create(
        db_, {}, 1, [](size_t) { return MakeTrial("a"); }, journal);
  }
  std::string Mode() const {
    return SQLite::Database(db_.string()).execAndGet("PRAGMA journal_mode").getString();
  }
};

TEST_F(StoreJournalTest, IsWalOnALocalDisk) {
  const Store store = Create(Journal::kAuto);
  EXPECT_EQ(Mode(), "wal");
  EXPECT_EQ(store.Sweep().journal, "wal");
}

TEST_F(StoreJournalTest, ARollbackJournalCanBeChosen) {
  Store store = Create(Journal::kDelete);
  EXPECT_EQ(Mode(), "delete");
  Complete(store, "a", {0.5});
  store.Commit();
  EXPECT_FALSE(fs::exists(db_.string() + "-wal"));
  EXPECT_EQ(Store::Open(db_).Epochs("a").size(), 1U);
  EXPECT_EQ(Store::Open(db_).Sweep().journal, "delete");
  store.Close();
  EXPECT_FALSE(fs::exists(db_.string() + "-journal"));
}

TEST_F(StoreJournalTest, IsChosenAnewByTheNextRun) {
  Create(Journal::kWal).Close();
  {
    const Store store = Store::OpenForWriting(db_, Journal::kDelete);
    EXPECT_EQ(Mode(), "delete");
    EXPECT_EQ(store.Sweep().journal, "delete");
  }
  const Store store = Store::OpenForWriting(db_, Journal::kWal);
  EXPECT_EQ(Mode(), "wal");
  EXPECT_EQ(store.Sweep().journal, "wal");
}

TEST_F(StoreJournalTest, WhatACrashLeftInTheWalIsTakenOver) {
  {
    Store store = Create(Journal::kWal);
    Complete(store, "a", {0.5});
    store.Commit();
    fs::copy(db_, folder_ / "crashed.db");
    fs::copy(db_.string() + "-wal", folder_ / "crashed.db-wal");
  }
  const fs::path crashed = folder_ / "crashed.db";
  const Store store = Store::OpenForWriting(crashed, Journal::kDelete);
  EXPECT_EQ(store.Epochs("a").size(), 1U);
  EXPECT_FALSE(fs::exists(crashed.string() + "-wal"));
}

TEST(ParseJournal, KnowsThreeWords) {
  EXPECT_EQ(ParseJournal("auto"), Journal::kAuto);
  EXPECT_EQ(ParseJournal("wal"), Journal::kWal);
  EXPECT_EQ(ParseJournal("delete"), Journal::kDelete);
  EXPECT_THROW(ParseJournal("off"), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
