// The search space of a database changed: points added, gone, come back; another objective.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include "results/store.h"
#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;

class StoreSpaceTest : public SweepFixture {
 protected:
  static SpaceChange Change(Store& store, const std::vector<Trial>& trials,
                            const Objective& objective = {}) {
    SweepRecord sweep = store.Sweep();
    sweep.objective = objective;
    sweep.config_yaml = "name: changed\n";
    return store.ChangeSpace(sweep, trials.size(), [&](size_t i) { return trials[i]; });
  }

  static std::vector<std::string> InSpace(const Store& store) {
    std::vector<std::string> ids;
    for (const TrialRow& trial : store.Trials()) {
      if (trial.in_space) ids.push_back(trial.trial_id);
    }
    return ids;
  }

  static std::vector<std::string> Ranked(const Store& store) {
    std::vector<std::string> ids;
    for (const RankedTrial& placed : store.Ranking(store.Sweep().objective, 0)) {
      ids.push_back(placed.trial_id);
    }
    return ids;
  }
};

TEST_F(StoreSpaceTest, NewPointsArePendingAfterTheOldOnes) {
  Store store = CreateSweep({MakeTrial("a"), MakeTrial("b")});
  Complete(store, "a", {0.5});
  const SpaceChange change = Change(store, {MakeTrial("c"), MakeTrial("b"), MakeTrial("a")});
  EXPECT_EQ(change.added, 1);
  EXPECT_EQ(change.left, 0);
  const TrialRow added = store.TrialById("c");
  EXPECT_EQ(added.state, "pending");
  EXPECT_EQ(added.index, 2);
  EXPECT_EQ(store.TrialById("a").state, "completed");
  EXPECT_EQ(store.Sweep().config_yaml, "name: changed\n");
}

TEST_F(StoreSpaceTest, PointsThatAreGoneKeepTheirRowsOutsideTheRanking) {
  Store store = CreateSweep({MakeTrial("a"), MakeTrial("b")});
  Complete(store, "a", {0.5});
  Complete(store, "b", {0.6});
  EXPECT_EQ(Change(store, {MakeTrial("a")}).left, 1);
  EXPECT_THAT(InSpace(store), ElementsAre("a"));
  EXPECT_THAT(Ranked(store), ElementsAre("a"));
  EXPECT_EQ(store.Epochs("b").size(), 1U);
  EXPECT_EQ(Change(store, {MakeTrial("a"), MakeTrial("b")}).returned, 1);
  EXPECT_THAT(Ranked(store), ElementsAre("b", "a"));
}

TEST_F(StoreSpaceTest, ValuesFollowTheObjective) {
  const std::vector<Trial> trials = {MakeTrial("a"), MakeTrial("b"), MakeTrial("c")};
  Store store = CreateSweep(trials);
  Complete(store, "a", {0.9, 0.5});
  Diverge(store, "b");
  EXPECT_EQ(store.PlaceOf("a")->value, 0.5);
  Change(store, trials, {"val_accuracy", "max", "best"});
  Complete(store, "c", {0.95, 0.1});
  EXPECT_EQ(store.PlaceOf("a")->value, 0.9);
  EXPECT_EQ(store.PlaceOf("c")->value, 0.95);
  EXPECT_THAT(Ranked(store), ElementsAre("c", "a", "b"));
}

TEST_F(StoreSpaceTest, LabelsKnowTheNewPoints) {
  const double awkward = 1e-05;  // as JSON writes it, and as a text may not
  const std::vector<Trial> first = {MakeTrial("a", "StepLR", awkward)};
  std::vector<Trial> more = first;
  more.push_back(MakeTrial("b", "StepLR", awkward, 1));
  Store store = CreateSweep(first);
  Change(store, more);
  const FlatParams params = FlatText(store.TrialById("b").params_json);
  EXPECT_EQ(store.Labels().Of("StepLR", params), "seed=1");
  more.push_back(MakeTrial("c", "StepLR", 0.5));
  Change(store, more);
  EXPECT_EQ(store.Labels().Of("StepLR", params), "gamma=1e-05 seed=1");
}

TEST_F(StoreSpaceTest, NothingChangesForOthersBeforeCommit) {
  Store store = CreateSweep({MakeTrial("a")});
  Change(store, {MakeTrial("b")});
  EXPECT_THAT(InSpace(Store::Open(db_)), ElementsAre("a"));
  store.Commit();
  EXPECT_THAT(InSpace(Store::Open(db_)), ElementsAre("b"));
}

}  // namespace
}  // namespace lrsweep
