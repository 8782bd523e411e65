// A search with budgets: values of different ones are not compared.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "analysis/groups.h"
#include "analysis/importance.h"
#include "analysis/verdict.h"
#include "tests/support/sweep_fixture.h"
#include "views/terminal/show.h"
#include "views/terminal/status.h"
#include "views/terminal/top.h"

namespace lrsweep {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class BudgetsTest : public SweepFixture {
 protected:
  static DecidedTrial Decide(const std::string& point, int64_t rung, int64_t seed, double gamma) {
    const std::string group = point + std::to_string(rung);
    Trial trial = MakeTrial(group + std::to_string(seed), "StepLR", gamma, seed);
    trial.group_id = group;
    const int64_t number = 100 * rung + 10 * static_cast<int64_t>(gamma * 10) + seed;
    return {trial, number, point, rung == 0 ? 2 : 4, rung, 0};
  }

  /// Four points at two epochs, of which "q" and "s", the best ones there, went on to four. Only
  /// there "r", which was stopped at two, would be the best.
  Store Searched() const {
    Store store = CreateSweep({});
    Decided first;
    Decided second;
    for (const auto& [point, gamma] : std::vector<std::pair<std::string, double>>{
             {"p", 0.1}, {"q", 0.2}, {"r", 0.3}, {"s", 0.4}}) {
      for (int64_t seed = 0; seed < 2; ++seed) {
        first.trials.push_back(Decide(point, 0, seed, gamma));
        if (point == "p" || point == "r") continue;
        second.trials.push_back(Decide(point, 1, seed, gamma));
        second.promoted.push_back(first.trials.back().trial.id);
      }
    }
    store.AddDecided(first);
    for (const auto& [group, value] : std::vector<std::pair<std::string, double>>{
             {"p0", 0.5}, {"q0", 0.9}, {"r0", 0.7}, {"s0", 0.8}}) {
      Complete(store, group + "0", {0.1, value});
      Complete(store, group + "1", {0.1, value + 0.01});
    }
    store.AddDecided(second);
    for (const auto& [group, value] :
         std::vector<std::pair<std::string, double>>{{"q1", 0.6}, {"s1", 0.65}}) {
      Complete(store, group + "0", {0.1, 0.1, 0.1, value});
      Complete(store, group + "1", {0.1, 0.1, 0.1, value + 0.01});
    }
    store.Commit();
    return store;
  }

  static std::vector<std::string> Ids(const std::vector<RankedGroup>& groups) {
    std::vector<std::string> ids;
    for (const RankedGroup& group : groups) ids.push_back(group.group_id);
    return ids;
  }
};

TEST_F(BudgetsTest, APointStandsAtItsHighestBudgetAndTheHighestBudgetsFirst) {
  const Store store = Searched();
  const std::vector<RankedGroup> groups = RankGroups(store, {});
  EXPECT_THAT(Ids(groups), ElementsAre("s1", "q1", "r0", "p0"));
  EXPECT_THAT(Ids(OfHighestBudget(groups)), ElementsAre("s1", "q1"));
}

TEST_F(BudgetsTest, OfOneBudgetAllPointsStandThoseThatWentOnIncluded) {
  const Store store = Searched();
  EXPECT_THAT(BudgetsOf(store), ElementsAre(2, 4));
  EXPECT_THAT(Ids(RankGroupsOfBudget(store, {}, 2)), ElementsAre("q0", "s0", "r0", "p0"));
  EXPECT_THAT(Ids(RankGroupsOfBudget(store, {}, 4)), ElementsAre("s1", "q1"));
  EXPECT_THAT(Ids(RankGroupsOfBudget(store, {.metric = "val_loss", .mode = "min"}, 2)),
              ElementsAre("q0", "s0", "r0", "p0"));
  EXPECT_THAT(Ids(OfFullestBudget(store, {}, RankGroups(store, {}))),
              ElementsAre("q0", "s0", "r0", "p0"));
}

TEST_F(BudgetsTest, WithoutBudgetsAllGroupsAreThoseOfOne) {
  Store store = CreateSweep({MakeTrial("aa", "StepLR", 0.1), MakeTrial("bb", "StepLR", 0.5)});
  Complete(store, "aa", {0.5, 0.9});
  const std::vector<RankedGroup> groups = RankGroups(store, {});
  EXPECT_THAT(BudgetsOf(store), ElementsAre());
  EXPECT_EQ(OfHighestBudget(groups).size(), 1U);
  EXPECT_EQ(OfFullestBudget(store, {}, groups).size(), 1U);
  EXPECT_THAT(TopText(store), Not(HasSubstr("budget")));
  EXPECT_EQ(json::parse(StatusJson(store, db_))["rungs"], json::array());
}

TEST_F(BudgetsTest, TheFirstIsComparedWithThoseOfItsBudget) {
  const Store store = Searched();
  const Verdict verdict = Judge(RankGroups(store, {}), {}, store.Metrics());
  EXPECT_EQ(verdict.first_id, "s1");
  EXPECT_EQ(verdict.groups, 2);
  EXPECT_EQ(verdict.of_lower_budgets, 2);
  ASSERT_EQ(verdict.compared.size(), 1U);
  EXPECT_EQ(verdict.compared.front().group_id, "q1");
}

TEST_F(BudgetsTest, WhatMattersIsExplainedWhereAllPointsAre) {
  const Store store = Searched();
  const WhatMatters matters = ExplainGroups(RankGroups(store, {}), store, {});
  EXPECT_EQ(matters.budget, 2);
  ASSERT_TRUE(matters.importance);
  ASSERT_EQ(matters.importance->parameters.size(), 1U);
  EXPECT_EQ(matters.importance->parameters.front().levels.size(), 4U);
}

TEST_F(BudgetsTest, TopSaysTheBudgetAndWhatWentOn) {
  const Store store = Searched();
  EXPECT_THAT(TopText(store), AllOf(HasSubstr("Not ranked: 4 went on to a higher budget.\n"),
                                    HasSubstr("Of the groups trained for 4 epochs: "),
                                    HasSubstr("What matters after 2 epochs: ")));
  const std::string groups = TopText(store, {.by_group = true});
  EXPECT_THAT(groups, HasSubstr("place  budget    mean"));
  const json front = json::parse(TopJson(store, {.pareto = "val_accuracy,val_loss"}));
  for (const json& row : front["ranking"]) EXPECT_EQ(row["budget"], 4);
  EXPECT_FALSE(front["ranking"].empty());
  const json low =
      json::parse(TopJson(store, {.where = "budget = 2", .pareto = "val_accuracy,val_loss"}));
  ASSERT_EQ(low["ranking"].size(), 1U);
  EXPECT_EQ(low["ranking"][0]["trial_id"], "r01");
}

TEST_F(BudgetsTest, StatusCountsThePointsOfEachRung) {
  const Store store = Searched();
  EXPECT_THAT(StatusText(store, db_, {}), HasSubstr("rung  epochs  points  trials  ended\n"
                                                    "   0       2       4       8      8\n"
                                                    "   1       4       2       4      4\n"));
  const json rungs = json::parse(StatusJson(store, db_))["rungs"];
  ASSERT_EQ(rungs.size(), 2U);
  EXPECT_EQ(rungs[0]["points"], 4);
  EXPECT_EQ(rungs[1]["budget"], 4);
}

TEST_F(BudgetsTest, ShowSaysATrialsPlaceInTheSearch) {
  const Store store = Searched();
  EXPECT_THAT(ShowText(store, "q00", "s.db", {}),
              HasSubstr("rung 0 with 2 epochs, point q; the point went on to a higher budget\n"));
}

TEST_F(BudgetsTest, ATrialThatGoesOnItselfIsAPointOfAllItsRungs) {
  Store store = CreateSweep({});
  DecidedTrial a = Decide("a", 0, 0, 0.1);
  store.AddDecided({{a, Decide("b", 0, 0, 0.2)}, {}});
  a.rung = 1;
  a.budget = 4;
  store.AddDecided({{a}, {}});
  const std::vector<RungCount> rungs = store.Rungs();
  ASSERT_EQ(rungs.size(), 2U);
  EXPECT_EQ(rungs[0].points, 2);
  EXPECT_EQ(rungs[1].points, 1);
  EXPECT_EQ(rungs[1].ended, 0);
}

}  // namespace
}  // namespace lrsweep
