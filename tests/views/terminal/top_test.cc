#include "views/terminal/top.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "results/trial_labels.h"
#include "tests/support/sweep_fixture.h"
#include "views/terminal/table.h"

namespace lrsweep {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class TopTest : public SweepFixture {
 protected:
  Store ThreeTrials() const {
    Store store = CreateSweep({MakeTrial("aa", "StepLR", 0.1), MakeTrial("bb", "StepLR", 0.5),
                               MakeTrial("cc", "CyclicLR", 1.0)});
    Complete(store, "aa", {0.95, 0.9});
    Complete(store, "bb", {0.8, 0.92});
    Diverge(store, "cc");
    return store;
  }
};

TEST_F(TopTest, TableIsOrderedByPlace) {
  EXPECT_EQ(TopText(ThreeTrials()),
            "a-sweep: by val_accuracy (max, last epoch); val_* is measured on the test set\n"
            "place  trial_id  val_accuracy  epochs  state      scheduler  parameters\n"
            "    1  bb              0.9200       2  completed  StepLR     gamma=0.5\n"
            "    2  aa              0.9000       2  completed  StepLR     gamma=0.1\n"
            "    3  cc            diverged       1  stopped    CyclicLR\n");
}

TEST_F(TopTest, ObjectiveCanBeChosen) {
  const Store store = ThreeTrials();
  EXPECT_EQ(json::parse(TopJson(store, {.objective = {.scope = "best"}}))["ranking"][0]["trial_id"],
            "aa");
  EXPECT_EQ(json::parse(TopJson(store, {.objective = {.mode = "min"}}))["ranking"][0]["trial_id"],
            "aa");
  const json by_loss = json::parse(TopJson(store, {.objective = {.metric = "val_loss"}}));
  EXPECT_EQ(by_loss["mode"], "min");
  EXPECT_EQ(by_loss["ranking"][0]["trial_id"], "bb");
  EXPECT_THROW(TopText(store, {.objective = {.metric = "accuracy"}}), std::invalid_argument);
  EXPECT_THROW(TopText(store, {.objective = {.scope = "first"}}), std::invalid_argument);
}

TEST_F(TopTest, LimitSaysHowManyMore) {
  const Store store = ThreeTrials();
  EXPECT_THAT(TopText(store, {.limit = 1}), HasSubstr("gamma=0.5\n... and 2 more\n"));
  EXPECT_THAT(TopText(store, {.limit = 0}), Not(HasSubstr("more")));
  EXPECT_EQ(json::parse(TopJson(store, {.limit = 2}))["ranking"].size(), 2U);
}

TEST_F(TopTest, CountsWhatIsNotRanked) {
  Store store = CreateSweep({MakeTrial("aa"), MakeTrial("bb"), MakeTrial("cc"), MakeTrial("dd")});
  EXPECT_THAT(TopText(store), HasSubstr("No trial has finished yet.\nNot ranked: 4 pending.\n"));
  Begin(store, "aa");
  Fail(store, "bb", "no memory");
  Complete(store, "cc", {0.5});
  EXPECT_THAT(TopText(store), HasSubstr("Not ranked: 1 failed, 1 running, 1 pending.\n"));
}

TEST_F(TopTest, BothSumsAreSaidWhereTrialsShareEpochs) {
  Store store = CreateSweep({MakeTrial("aa"), MakeTrial("bb")});
  Complete(store, "aa", {0.95, 0.9});
  EXPECT_THAT(TopText(store), Not(HasSubstr("trained")));
  store.ShareEpochs("aa", "bb", 2);
  EXPECT_THAT(TopText(store), HasSubstr("4 epochs recorded, 2 trained; 6.0 s of training recorded, "
                                        "3.0 s trained.\n"));
}

TEST_F(TopTest, JsonHasTheDatabasesNames) {
  const json top = json::parse(TopJson(ThreeTrials()));
  EXPECT_EQ(top["name"], "a-sweep");
  EXPECT_EQ(top["ranked"], 3);
  EXPECT_EQ(top["states"]["completed"], 2);
  EXPECT_EQ(top["ranking"][0]["place"], 1);
  EXPECT_EQ(top["ranking"][0]["value"], 0.92);
  EXPECT_EQ(top["ranking"][0]["params"]["scheduler"]["gamma"], 0.5);
  EXPECT_TRUE(top["ranking"][2]["value"].is_null());
  EXPECT_EQ(top["ranking"][2]["diverged"], true);
}

/// Two schedulers with two values each and six seeds; one of the groups has a diverged trial.
class TopGroupsTest : public TopTest {
 protected:
  Store FourGroups() const {
    std::vector<Trial> trials;
    for (const auto& [scheduler, gamma] : kGroups) {
      for (int64_t seed = 0; seed < 6; ++seed) {
        const std::string group = scheduler + std::to_string(static_cast<int>(10 * gamma));
        Trial trial = MakeTrial(group + "-" + std::to_string(seed), scheduler, gamma, seed);
        trial.group_id = group;
        trials.push_back(trial);
      }
    }
    Store store = CreateSweep(trials);
    for (size_t i = 0; i < trials.size(); ++i) {
      const size_t group = i / 6;
      const double end =
          0.9 + 0.01 * static_cast<double>(group) + 0.001 * static_cast<double>(i % 6);
      if (i == 23) {
        Diverge(store, trials[i].id);
      } else {
        Complete(store, trials[i].id, {0.5, end});
      }
    }
    return store;
  }

  static std::string ErrorOf(const Store& store, const TopOptions& options) {
    try {
      TopText(store, options);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "no error";
  }

  const std::vector<std::pair<std::string, double>> kGroups = {
      {"StepLR", 0.1}, {"StepLR", 0.5}, {"CyclicLR", 0.1}, {"CyclicLR", 0.5}};
};

TEST_F(TopGroupsTest, GroupsHaveTheirMeansAndTheVerdictIsAtTheEnd) {
  Store store = FourGroups();
  store.Close();
  EXPECT_EQ(
      TopText(Store::Open(db_), {.by_group = true}),
      "a-sweep: by val_accuracy (max, last epoch), means over the seeds with their 95% "
      "intervals; val_* is measured on the test set\n"
      "place    mean      sd     low    high    best   worst  n  diverged  scheduler  "
      "parameters\n"
      "    1  0.9225  0.0019  0.9205  0.9245  0.9250  0.9200  6         0  CyclicLR   "
      "gamma=0.1\n"
      "    2  0.9125  0.0019  0.9105  0.9145  0.9150  0.9100  6         0  StepLR     "
      "gamma=0.5\n"
      "    3  0.9025  0.0019  0.9005  0.9045  0.9050  0.9000  6         0  StepLR     "
      "gamma=0.1\n"
      "    4  0.9320  0.0016  0.9300  0.9340  0.9340  0.9300  5         1  CyclicLR   "
      "gamma=0.5\n"
      "\n"
      "CyclicLR gamma=0.1 is in front of StepLR gamma=0.5 by 1.00 percentage points, but 6 seeds "
      "can show nothing: at least 7 are needed (the smallest p that n seeds can give is 2^(1-n), "
      "here "
      "0.0312, and 2 comparisons are corrected for).\n"
      "None of the other 2 groups can be told from the first, however far apart their intervals "
      "lie: to compare so many takes at least 7 seeds.\n"
      "Not compared: 1 group of which a trial diverged.\n"
      // The shares by numpy.
      "What matters: type 78%, gamma 16%, their interplay 3%, luck (seeds) 2% of the variance of "
      "val_accuracy; roughly, since the grid is not complete: CyclicLR with gamma=0.5 has 5 of 6 "
      "repetitions; 1 trial without a value left out\n");
  const json top = json::parse(TopJson(Store::Open(db_), {.limit = 1, .by_group = true}));
  EXPECT_EQ(top["by"], "group");
  EXPECT_EQ(top["ranking"].size(), 1U);
  EXPECT_EQ(top["ranking"][0]["n"], 6);
  EXPECT_EQ(top["ranking"][0]["trials"][5]["seed"], 5);
  EXPECT_FALSE(top["ranking"][0]["params"]["training"].contains("seed"));
  EXPECT_EQ(top["verdict"]["fewest_seeds"], 7);
  EXPECT_EQ(top["what_matters"]["parameters"][0]["name"], "type");
}

TEST_F(TopGroupsTest, ColumnsAreChosen) {
  const Store store = FourGroups();
  const TopOptions options = {.limit = 1,
                              .columns = {"place", "gamma", "optimizer.lr", "seed",
                                          "area_under( val_accuracy )", "val_loss"},
                              .verdict = false};
  EXPECT_THAT(TopText(store, options),
              HasSubstr("place  gamma   lr  seed  area_under(val_accuracy)  val_loss\n"
                        "    1    0.5  0.1     4                    0.7170    0.0660\n"));
  const json row = json::parse(TopJson(store, options))["ranking"][0];
  EXPECT_EQ(row.size(), 6U);
  EXPECT_EQ(row["gamma"], 0.5);
  EXPECT_THAT(ErrorOf(store, {.columns = {"gama"}}),
              HasSubstr("unknown column 'gama': it is one of place, trial_id, value"));
  EXPECT_THAT(ErrorOf(store, {.by_group = true, .columns = {"trial_id"}}),
              HasSubstr("it is one of place, group_id"));
}

TEST_F(TopGroupsTest, AMetricThatAProgramReportsIsAColumnAndRanks) {
  Store store = CreateSweep({MakeTrial("aa"), MakeTrial("bb")});
  for (const auto& [id, f1] : {std::pair("aa", 0.5), std::pair("bb", 0.75)}) {
    Begin(store, id);
    EpochRecord record = MakeEpoch(1, 0.9);
    record.metrics["f1"] = f1;
    store.AddEpoch(id, record);
    store.EndAttempt(id, TrialState::kCompleted, "");
  }
  const TopOptions by_f1 = {.objective = {.metric = "f1", .mode = "max"},
                            .columns = {"trial_id", "area_under(f1)"}};
  EXPECT_THAT(TopText(store, by_f1), HasSubstr("trial_id  area_under(f1)\n"
                                               "bb                0.7500\n"));
  const json found = json::parse(TopJson(
      store, {.objective = {.metric = "f1", .mode = "min"}, .where = "area_under(f1) < 0.6"}));
  ASSERT_EQ(found["ranking"].size(), 1U);
  EXPECT_EQ(found["ranking"][0]["value"], 0.5);
  EXPECT_THAT(ErrorOf(store, {.objective = {.metric = "f1"}}), HasSubstr("say mode max or min"));
  EXPECT_THAT(ErrorOf(store, {.pareto = "f1,val_loss"}), HasSubstr("is better is not known"));
}

TEST_F(TopGroupsTest, AGroupHasNoSeed) {
  const Store store = FourGroups();
  for (const char* seed : {"seed", "training.seed"}) {
    EXPECT_THAT(ErrorOf(store, {.by_group = true, .columns = {seed}}),
                HasSubstr("a group has no seed: its trials differ in it"));
  }
  for (const char* where : {"seed = 1", "\"training.seed\" = 1", "gamma > 7 and SEED = 1"}) {
    EXPECT_THAT(ErrorOf(store, {.by_group = true, .where = where}),
                HasSubstr("a group has no seed: its trials differ in it"));
  }
  EXPECT_THAT(
      ErrorOf(store, {.by_group = true, .columns = {"gama"}}),
      HasSubstr("unfinished, epochs, gamma, lr, optimizer.type, scheduler.type, train_loss"));
}

TEST_F(TopGroupsTest, ConditionsChooseRowsThatKeepTheirPlaces) {
  const Store store = FourGroups();
  const auto ids = [&store](const std::string& where) {
    std::vector<std::string> found;
    const json top = json::parse(TopJson(store, {.limit = 2, .where = where}));
    for (const json& row : top["ranking"]) {
      found.push_back(std::to_string(row["place"].get<int>()) + ' ' +
                      row["trial_id"].get<std::string>());
    }
    return found;
  };
  EXPECT_THAT(ids("scheduler = \"StepLR\" and gamma > 0.2"),
              testing::ElementsAre("12 StepLR5-5", "13 StepLR5-4"));
  EXPECT_THAT(ids("optimizer.lr = 0.1 and \"scheduler.gamma\" < 0.2 and value < 0.9045"),
              testing::ElementsAre("19 StepLR1-4", "20 StepLR1-3"));
  EXPECT_THAT(ids("epochs_to(val_accuracy, 0.934) = 2"), testing::ElementsAre("1 CyclicLR5-4"));
  EXPECT_THAT(ids("diverged"), testing::ElementsAre("24 CyclicLR5-5"));
  EXPECT_THAT(TopText(store, {.by_group = true, .where = "n = 5"}), HasSubstr("    4  0.9320"));
  EXPECT_THAT(TopText(store, {.where = "gamma > 7"}), HasSubstr("The condition holds for none.\n"));
  EXPECT_THAT(ErrorOf(store, {.where = "gama > 7"}),
              HasSubstr("no such column: gama; known are place, trial_id"));
}

TEST_F(TopGroupsTest, AParetoFrontIsWhatNoOtherBeatsInBoth) {
  Store store = CreateSweep({MakeTrial("fast"), MakeTrial("good"), MakeTrial("poor"),
                             MakeTrial("never"), MakeTrial("lost")});
  Complete(store, "fast", {0.9, 0.91});
  Complete(store, "good", {0.5, 0.95});
  Complete(store, "poor", {0.5, 0.92});
  Complete(store, "never", {0.5, 0.6});
  Diverge(store, "lost");
  const TopOptions options = {.pareto = "epochs_to(val_accuracy, 0.9),val_accuracy"};
  EXPECT_THAT(TopText(store, options),
              HasSubstr("place  epochs_to(val_accuracy, 0.9)  val_accuracy  trial_id  epochs"));
  const json front = json::parse(TopJson(store, options));
  ASSERT_EQ(front["ranking"].size(), 2U);
  EXPECT_EQ(front["ranking"][0]["trial_id"], "fast");
  EXPECT_EQ(front["ranking"][0]["epochs_to(val_accuracy, 0.9)"], 1);
  EXPECT_EQ(front["ranking"][1]["trial_id"], "good");
  EXPECT_THAT(ErrorOf(store, {.pareto = "val_accuracy"}), HasSubstr("--pareto takes two metrics"));
}

TEST_F(TopGroupsTest, WhatNeverReachesTheThresholdIsLastAndSaysSo) {
  const std::string text = TopText(
      FourGroups(), {.objective = {.metric = "epochs_to(val_accuracy, 0.93)"}, .verdict = false});
  EXPECT_THAT(text, HasSubstr("by epochs_to(val_accuracy, 0.93) (min);"));
  EXPECT_THAT(text,
              HasSubstr("    5  CyclicLR5-4                              2       2  completed"));
  EXPECT_THAT(text,
              HasSubstr("    6  CyclicLR1-0                          never       2  completed"));
  EXPECT_THAT(text,
              HasSubstr("   12  CyclicLR5-5                       diverged       1  stopped"));
}

TEST_F(TopTest, SaysWhichImagesWereEvaluated) {
  Trial held_back = MakeTrial("aa");
  held_back.params["dataset"] = Map{{"validation", int64_t{5000}}};
  EXPECT_THAT(TopText(CreateSweep({held_back})), HasSubstr("on 5000 held-back training images"));
}

/// Two trials that are chosen by 5000 held-back images; by the test images their order is another.
class TopOfHeldBackTest : public TopTest {
 protected:
  Store Sweep(const Objective& objective = {}) const {
    std::vector<Trial> trials = {MakeTrial("aa"), MakeTrial("bb", "StepLR", 0.5)};
    for (Trial& trial : trials) trial.params["dataset"] = Map{{"validation", int64_t{5000}}};
    trials[1].group_id = "other";
    Store store = CreateSweep(trials, objective);
    Evaluate(store, "aa", {{0.9, 0.7}, {0.8, 0.75}});
    Evaluate(store, "bb", {{0.5, 0.9}, {0.7, 0.85}});
    return store;
  }

 private:
  /// One epoch for each accuracy on the held-back and on the test images.
  static void Evaluate(Store& store, const std::string& id,
                       const std::vector<std::pair<double, double>>& accuracies) {
    Begin(store, id);
    int64_t epoch = 0;
    for (const auto& [val, test] : accuracies) {
      EpochRecord record = MakeEpoch(++epoch, val);
      record.metrics[kTestLoss] = 1 - test;
      record.metrics[kTestAccuracy] = test;
      store.AddEpoch(id, record);
    }
    store.EndAttempt(id, TrialState::kCompleted, "");
  }
};

TEST_F(TopOfHeldBackTest, TheTestValueStandsBesideTheOneThatRanks) {
  const Store store = Sweep();
  const std::string text = TopText(store, {.verdict = false});
  EXPECT_THAT(text, HasSubstr("held-back training images, test_* on the test images\n"));
  EXPECT_THAT(text, HasSubstr("val_accuracy  test_accuracy  epochs"));
  EXPECT_THAT(text, HasSubstr("    1  aa              0.8000         0.7500       2"));
  EXPECT_THAT(text, HasSubstr("    2  bb              0.7000         0.8500       2"));
  EXPECT_THAT(TopText(store, {.by_group = true, .verdict = false}),
              HasSubstr("worst  test_accuracy  n"));
}

TEST_F(TopOfHeldBackTest, OfTheBestEpochItIsThatEpochs) {
  const std::string text = TopText(Sweep(), {.objective = {.scope = "best"}, .verdict = false});
  EXPECT_THAT(text, HasSubstr("(test_accuracy: at the epoch of the best val_accuracy)"));
  EXPECT_THAT(text, HasSubstr("    1  aa              0.9000         0.7000       2"));
}

TEST_F(TopOfHeldBackTest, TheTestImagesRankWhenAsked) {
  const std::string text =
      TopText(Sweep(), {.objective = {.metric = "test_accuracy"}, .verdict = false});
  EXPECT_THAT(text, HasSubstr("    1  bb               0.8500       2"));
  EXPECT_THAT(text, Not(HasSubstr("val_accuracy  ")));
}

TEST_F(TopOfHeldBackTest, IsAColumnForConditionsAndInJson) {
  const Store store = Sweep();
  EXPECT_THAT(TopText(store, {.columns = {"trial_id", "test_value", "test_loss"},
                              .where = "test_value > 0.8",
                              .verdict = false}),
              HasSubstr("bb            0.8500     0.1500\n"));
  const json top = json::parse(TopJson(store, {.verdict = false}));
  EXPECT_EQ(top["test_metric"], "test_accuracy");
  EXPECT_EQ(top["ranking"][0]["test_value"], 0.75);
}

TEST_F(TopTest, WithoutHeldBackImagesThereIsNoTestValue) {
  const Store store = CreateSweep({MakeTrial("aa")});
  EXPECT_THAT(TopText(store), Not(HasSubstr("test_")));
  EXPECT_EQ(json::parse(TopJson(store))["test_metric"], nullptr);
  EXPECT_THROW(TopText(store, {.columns = {"test_value"}}), std::invalid_argument);
}

TEST(TrialLabels, NamesOnlyWhatDiffersWithinAScheduler) {
  TrialLabels labels;
  const FlatParams slow = {{"optimizer.type", "SGD"}, {"scheduler.type", "S"}, {"t.seed", "0"}};
  const FlatParams fast = {{"optimizer.type", "Adam"}, {"scheduler.type", "S"}, {"t.seed", "1"}};
  labels.Add("S", slow);
  EXPECT_EQ(labels.Of("S", slow), "");
  labels.Add("S", fast);
  labels.Add("Other", {{"t.seed", "5"}});
  EXPECT_EQ(labels.Of("S", fast), "optimizer.type=Adam seed=1");
  EXPECT_EQ(labels.Of("Other", {{"t.seed", "5"}}), "");
}

TEST(TrialLabels, AreTheSameFromTheirPaths) {
  TrialLabels gathered;
  gathered.Add("S", {{"a.lr", "1"}, {"b.lr", "1"}, {"old", "1"}});
  gathered.Add("S", {{"a.lr", "1"}, {"b.lr", "2"}, {"new", "1"}});
  const TrialLabels read(gathered.Paths());
  const FlatParams params = {{"a.lr", "1"}, {"b.lr", "2"}, {"new", "1"}, {"old", "1"}};
  EXPECT_EQ(gathered.Of("S", params), "b.lr=2 new=1 old=1");
  EXPECT_EQ(read.Of("S", params), "b.lr=2 new=1 old=1");
  EXPECT_TRUE(read.Varies("old"));
  EXPECT_FALSE(read.Varies("a.lr"));
}

TEST(TrialLabels, ReadsNestedParameters) {
  const FlatParams flat = FlatText(R"({"model":{"hidden":[128,64]},"name":"x","lr":0.1})");
  EXPECT_EQ(flat, (FlatParams{{"lr", "0.1"}, {"model.hidden", "[128,64]"}, {"name", "x"}}));
  EXPECT_THROW(FlatText(std::string("[1]")), StoreError);
  const Map map = {
      {"model", Map{{"hidden", List{int64_t{128}, int64_t{64}}}}}, {"name", "x"}, {"lr", 0.1}};
  EXPECT_EQ(FlatText(map), flat);
}

TEST(TrialLabels, NamesWhatDiffersWithinAList) {
  const auto params = [](double gamma) {
    return Map{{"gamma", 0.5}, {"s", Map{{"list", List{Map{{"k", 1.0}}, Map{{"gamma", gamma}}}}}}};
  };
  const FlatParams flat = FlatText(params(0.1));
  EXPECT_EQ(flat, (FlatParams{{"gamma", "0.5"}, {"s.list.0.k", "1.0"}, {"s.list.1.gamma", "0.1"}}));
  EXPECT_EQ(FlatText(R"({"gamma": 0.5, "s": {"list": [{"k": 1.0}, {"gamma": 0.1}]}})"), flat);
  TrialLabels labels;
  labels.Add("S", flat);
  labels.Add("S", FlatText(params(0.2)));
  EXPECT_EQ(labels.Of("S", flat), "list.1.gamma=0.1");
}

TEST(Table, AlignsByCharactersAndKeepsCellsOnALine) {
  Table table({{"a"}, {"n", Table::Align::kRight}});
  table.AddRow({"\xC3\xA9", "1"});
  table.AddRow({"two\nlines", "10"});
  EXPECT_EQ(table.Text(),
            "a           n\n"
            "\xC3\xA9           1\n"
            "two lines  10\n");
}

}  // namespace
}  // namespace lrsweep
