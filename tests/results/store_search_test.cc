// What a search decides in the database: rows, places in its rungs, and the ranking by budgets.
#include <gmock/gmock.h>

#include "results/store.h"
#include "tests/support/query_rows.h"
#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoreSearchTest : public SweepFixture {
 protected:
  static Trial OfGroup(const std::string& id, const std::string& group) {
    Trial trial = MakeTrial(id);
    trial.group_id = group;
    return trial;
  }
  static DecidedTrial At(const std::string& id, int64_t number, int64_t budget, int64_t rung) {
    return {OfGroup(id, "g" + id), number, "p" + id.substr(0, 1), budget, rung, 0};
  }

  /// Three points on a rung of one epoch, of which a goes on to two.
  Store Searched() const {
    Store store = CreateSweep({});
    store.AddDecided({{At("a1", 0, 1, 0), At("b1", 1, 1, 0), At("c1", 2, 1, 0)}, {}});
    Complete(store, "a1", {0.7});
    Complete(store, "b1", {0.9});
    Complete(store, "c1", {0.8});
    store.AddDecided({{At("a2", 3, 2, 1)}, {"a1"}});
    store.Commit();
    return store;
  }

  /// The same, where the pruner has stopped a's second trial after its first epoch.
  Store Pruned() const {
    Store store = Searched();
    Begin(store, "a2");
    store.AddEpoch("a2", MakeEpoch(1, 0.6));
    store.HoldAttempt("a2");
    store.MarkStoppedBy("a2", "pruner");
    store.EndTrial("a2", TrialState::kStopped, "it was the last");
    return store;
  }

  std::vector<std::string> Rows(const std::string& sql) const { return QueryRows(db_, sql); }

  static std::vector<std::string> Ranked(const Store& store, const Objective& by = {}) {
    std::vector<std::string> ids;
    for (const RankedTrial& placed : store.Ranking(by, 0)) ids.push_back(placed.trial_id);
    return ids;
  }
};

TEST_F(StoreSearchTest, DecidedTrialIsPendingWithItsPlace) {
  const Store store = Searched();
  const TrialRow row = store.TrialById("a2");
  EXPECT_EQ(row.state, "pending");
  EXPECT_EQ(row.index, 3);
  EXPECT_EQ(row.point, "pa");
  EXPECT_EQ(row.budget, 2);
  EXPECT_EQ(row.rung, 1);
  EXPECT_EQ(row.bracket, 0);
  EXPECT_FALSE(row.promoted);
  EXPECT_TRUE(store.TrialById("a1").promoted);
}

TEST_F(StoreSearchTest, PointIsRankedOnceAtItsHighestBudget) {
  Store store = Searched();
  EXPECT_THAT(Ranked(store), ElementsAre("b1", "c1"));
  Complete(store, "a2", {0.1, 0.2});
  store.Commit();
  EXPECT_THAT(Ranked(store), ElementsAre("a2", "b1", "c1"));
  EXPECT_THAT(Ranked(store, {"val_loss", "max", "last"}), ElementsAre("a2", "c1", "b1"));
  EXPECT_THAT(Rows("SELECT place, trial_id, budget FROM ranking"),
              ElementsAre("1 a2 2", "2 b1 1", "3 c1 1"));
  EXPECT_THAT(Rows("SELECT place, group_id, budget FROM groups"),
              ElementsAre("1 ga2 2", "2 gb1 1", "3 gc1 1"));
  EXPECT_EQ(store.PlaceOf("a2")->place, 1);
  EXPECT_EQ(store.PlaceOf("c1")->place, 3);
  EXPECT_FALSE(store.PlaceOf("a1").has_value());
}

TEST_F(StoreSearchTest, EqualValuesOfOtherBudgetsAreNotTied) {
  Store store = Searched();
  Complete(store, "a2", {0.1, 0.9});  // as b1
  EXPECT_EQ(store.CountWithValue({}, 0.9), 1);
  EXPECT_EQ(store.CountWithValue({"val_accuracy", "max", "best"}, 0.9), 1);
}

TEST_F(StoreSearchTest, TrialThatThePrunerStoppedHasAValueAndAPlace) {
  Store store = Pruned();
  const TrialRow row = store.TrialById("a2");
  EXPECT_EQ(row.state, "stopped");
  EXPECT_EQ(row.stopped_by, "pruner");
  EXPECT_EQ(row.objective_value, 0.6);
  EXPECT_THAT(Ranked(store), ElementsAre("a2", "b1", "c1"));
}

TEST_F(StoreSearchTest, DecidedAgainATrialKeepsItsNumberAndResult) {
  Store store = Searched();
  DecidedTrial again = At("b1", 77, 4, 2);
  store.AddDecided({{again}, {}});
  const TrialRow row = store.TrialById("b1");
  EXPECT_EQ(row.index, 1);
  EXPECT_EQ(row.state, "completed");
  EXPECT_EQ(row.objective_value, 0.9);
  EXPECT_EQ(row.budget, 4);
}

TEST_F(StoreSearchTest, WhatAnotherSearchStoppedIsContinuedAndSaid) {
  Store store = Pruned();
  EXPECT_THAT(store.AddDecided({{At("a2", 3, 1, 1)}, {}}).continued, IsEmpty());
  EXPECT_THAT(store.AddDecided({{At("a2", 3, 2, 1)}, {}}).continued, ElementsAre("a2"));
  EXPECT_EQ(store.TrialById("a2").state, "pending");
  EXPECT_EQ(store.TrialById("a2").stopped_by, std::nullopt);
}

TEST_F(StoreSearchTest, WithoutASearchItsTrialsAreOrdinaryOnes) {
  Store store = Pruned();
  const std::vector<Trial> full = {OfGroup("a2", "ga2"), OfGroup("d2", "gd2")};
  SweepRecord sweep = store.Sweep();
  sweep.config_yaml = "name: changed\n";
  store.ChangeSpace(sweep, full.size(), [&](size_t i) { return full[i]; });
  store.Commit();
  EXPECT_EQ(store.TrialById("a2").state, "pending");
  EXPECT_FALSE(store.TrialById("a2").budget.has_value());
  EXPECT_FALSE(store.TrialById("a2").stopped_by.has_value());
  EXPECT_FALSE(store.TrialById("b1").in_space);
  EXPECT_THAT(Ranked(store), IsEmpty());
}

TEST_F(StoreSearchTest, NewSearchNumbersItsTrialsBehindTheOldOnes) {
  Store store = Searched();
  SweepRecord sweep = store.Sweep();
  sweep.config_yaml = "name: changed\n";
  const SpaceChange change = store.ChangeSpace(sweep, [] {
    return Decided{{At("b1", 0, 1, 0), At("d1", 1, 1, 0)}, {}};
  });
  store.Commit();
  EXPECT_EQ(change.added, 1);
  EXPECT_EQ(change.left, 3);
  EXPECT_EQ(store.TrialById("b1").index, 1);
  EXPECT_EQ(store.TrialById("d1").index, 4 + 1);
  EXPECT_THAT(Ranked(store), ElementsAre("b1"));
}

TEST_F(StoreSearchTest, SameSearchKeepsItsNumbers) {
  Store store = Searched();
  const SweepRecord sweep = store.Sweep();
  store.ChangeSpace(sweep, [] { return Decided{{At("b1", 1, 1, 0), At("d1", 9, 1, 0)}, {}}; });
  EXPECT_EQ(store.TrialById("d1").index, 9);
  EXPECT_FALSE(store.TrialById("a1").in_space);
}

TEST_F(StoreSearchTest, RungsSayWhoCameSoFar) {
  Store store = Searched();
  EXPECT_THAT(store.Rungs(), ElementsAre(RungCount{0, 0, 1, 3, 3, 3}, RungCount{0, 1, 2, 1, 1, 0}));
  Complete(store, "a2", {0.1, 0.2});
  EXPECT_THAT(store.Rungs(), ElementsAre(RungCount{0, 0, 1, 3, 3, 3}, RungCount{0, 1, 2, 1, 1, 1}));
}

TEST_F(StoreSearchTest, TrialsThatWentOnCountOnTheRungsThatTheyLeft) {
  Store store = CreateSweep({});
  store.AddDecided({{At("a", 0, 1, 0), At("b", 1, 1, 0), At("c", 2, 1, 0)}, {}});
  store.AddDecided({{At("a", 3, 2, 1)}, {}});
  EXPECT_THAT(store.Rungs(), ElementsAre(RungCount{0, 0, 1, 3, 3, 1}, RungCount{0, 1, 2, 1, 1, 0}));
}

TEST_F(StoreSearchTest, SweepWithoutASearchHasNoRungs) {
  const Store store = CreateSweep({MakeTrial("a")});
  EXPECT_THAT(store.Rungs(), IsEmpty());
  EXPECT_THAT(Rows("SELECT point, budget, promoted FROM trials"), ElementsAre("  0"));
}

}  // namespace
}  // namespace lrsweep
