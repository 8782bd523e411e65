#include "views/top.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "views/table.h"
#include "results/trial_labels.h"
#include "tests/sweep_fixture.h"

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
  EXPECT_EQ(json::parse(TopJson(store, {.scope = "best"}))["ranking"][0]["trial_id"], "aa");
  EXPECT_EQ(json::parse(TopJson(store, {.mode = "min"}))["ranking"][0]["trial_id"], "aa");
  const json by_loss = json::parse(TopJson(store, {.metric = "val_loss"}));
  EXPECT_EQ(by_loss["mode"], "min");
  EXPECT_EQ(by_loss["ranking"][0]["trial_id"], "bb");
  EXPECT_THROW(TopText(store, {.metric = "accuracy"}), std::invalid_argument);
  EXPECT_THROW(TopText(store, {.scope = "first"}), std::invalid_argument);
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

TEST_F(TopTest, SaysWhichImagesWereEvaluated) {
  Trial held_back = MakeTrial("aa");
  held_back.params["dataset"] = Map{{"validation", int64_t{5000}}};
  EXPECT_THAT(TopText(CreateSweep({held_back})), HasSubstr("on 5000 held-back training images"));
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
