#include "views/terminal/status.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "results/time_text.h"
#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class StatusTest : public SweepFixture {
 protected:
  Store OneOfEach() const {
    Store store = CreateSweep({MakeTrial("aa"), MakeTrial("bb", "StepLR", 0.5), MakeTrial("cc"),
                               MakeTrial("dd"), MakeTrial("ee")});
    Complete(store, "aa", {0.5, 0.9});
    Begin(store, "bb");
    store.AddEpoch("bb", MakeEpoch(1, 0.99));
    Fail(store, "cc", "no memory\nfor it");
    Diverge(store, "dd");
    return store;
  }
};

TEST_F(StatusTest, TextTellsWhatIsDoneWhatRunsAndWhatFailed) {
  EXPECT_THAT(
      StatusText(OneOfEach(), db_, {}),
      AllOf(HasSubstr("5: 1 completed, 1 stopped, 1 failed, 1 running, 1 pending; 1 diverged\n"),
            HasSubstr("epochs     4 done\n"),
            HasSubstr("best       val_accuracy 0.9000  aa  StepLR gamma=0.1\n"),
            HasSubstr("bb            3  node-a  cpu          1  StepLR     gamma=0.5\n"),
            HasSubstr("cc      no memory\n")));
}

TEST_F(StatusTest, TrialsThatASearchMayStillDecideAreCounted) {
  const Store store = OneOfEach();
  EXPECT_THAT(StatusText(store, db_, {}, 12), HasSubstr("trials     5 of at most 12: 1 completed"));
  EXPECT_THAT(StatusLine(store, 12), HasSubstr("trials 5 of at most 12: 1 completed"));
  EXPECT_THAT(StatusLine(store, 5), HasSubstr("trials 5: 1 completed"));
  EXPECT_EQ(json::parse(StatusJson(store, db_, 12))["trials_at_most"], 12);
  EXPECT_EQ(json::parse(StatusJson(store, db_, 12))["trials"], 5);
  EXPECT_EQ(json::parse(StatusJson(store, db_))["trials_at_most"], 5);
}

TEST_F(StatusTest, FreshSweepHasNoBest) {
  const Store store = CreateSweep({MakeTrial("aa")});
  EXPECT_THAT(StatusText(store, db_, {}), HasSubstr("no trial has finished with a value yet"));
  EXPECT_TRUE(json::parse(StatusJson(store, db_))["best"].is_null());
}

TEST_F(StatusTest, OneLineChangesOnlyWithTheSweep) {
  Store store = OneOfEach();
  const std::string line = StatusLine(store);
  EXPECT_EQ(
      line,
      "trials 5: 1 completed, 1 stopped, 1 failed, 1 running, 1 pending; 1 diverged; 4 epochs "
      "done; best val_accuracy 0.9000  aa  StepLR gamma=0.1\n");
  EXPECT_EQ(StatusLine(store), line);
  store.AddEpoch("bb", MakeEpoch(2, 0.99));
  EXPECT_NE(StatusLine(store), line);
}

TEST_F(StatusTest, BothSumsAreSaidWhereTrialsShareEpochs) {
  Store store = OneOfEach();
  EXPECT_THAT(StatusText(store, db_, {}), Not(HasSubstr("trained")));
  json status = json::parse(StatusJson(store, db_));
  EXPECT_EQ(status["epochs_trained"], 4);
  EXPECT_EQ(status["wall_seconds"], status["wall_seconds_trained"]);
  store.ShareEpochs("aa", "ee", 2);
  EXPECT_THAT(StatusText(store, db_, {}),
              AllOf(HasSubstr("epochs     6 done, 4 trained\n"),
                    HasSubstr("training   9.0 s recorded, 6.0 s trained\n")));
  EXPECT_THAT(StatusLine(store), HasSubstr("; 6 epochs done, 4 trained; best "));
  status = json::parse(StatusJson(store, db_));
  EXPECT_EQ(status["epochs_done"], 6);
  EXPECT_EQ(status["epochs_trained"], 4);
  EXPECT_EQ(status["wall_seconds"], 9.0);
  EXPECT_EQ(status["wall_seconds_trained"], 6.0);
}

TEST_F(StatusTest, JsonOnOneLineIsTheSame) {
  const Store store = CreateSweep({MakeTrial("aa")});
  const std::string line = StatusJsonLine(store, db_);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(json::parse(line), json::parse(StatusJson(store, db_)));
}

TEST_F(StatusTest, ColourSaysWhatIsBestAndWhatFailed) {
  const std::string text = StatusText(OneOfEach(), db_, {.columns = 0, .colour = true});
  EXPECT_THAT(text, AllOf(HasSubstr("\x1b[32mbest "), HasSubstr("\x1b[31mcc "),
                          HasSubstr("\x1b[1msweep ")));
}

TEST_F(StatusTest, JsonHasTheDatabasesNames) {
  const json status = json::parse(StatusJson(OneOfEach(), db_));
  EXPECT_EQ(status["trials"], 5);
  EXPECT_EQ(status["states"]["pending"], 1);
  EXPECT_EQ(status["epochs_done"], 4);
  EXPECT_EQ(status["best"]["trial_id"], "aa");
  EXPECT_EQ(status["best"]["value"], 0.9);
  EXPECT_EQ(status["running"][0]["trial_id"], "bb");
  EXPECT_EQ(status["running"][0]["worker"], 3);
  EXPECT_EQ(status["failed"][0]["error"], "no memory\nfor it");
}

TEST_F(StatusTest, WorkersThatGetNoTrialsAnyMoreAreNamed) {
  Store store = CreateSweep({MakeTrial("aa")});
  EXPECT_EQ(json::parse(StatusJson(store, db_))["excluded_workers"], json::array());
  Begin(store, "aa");
  store.EndAttempt("aa", TrialState::kPending, "it broke");
  store.RecordExclusion({3, "node-a", "cpu", "its device failed"});
  const std::string sentence =
      "worker 3 on node-a (cpu) gets no trials any more: its device failed\n";
  EXPECT_THAT(StatusText(store, db_, {}), HasSubstr("\n" + sentence));
  EXPECT_THAT(StatusLine(store), HasSubstr("; " + sentence));
  const json excluded = json::parse(StatusJson(store, db_))["excluded_workers"];
  ASSERT_EQ(excluded.size(), 1U);
  EXPECT_EQ(excluded[0]["worker"], 3);
  EXPECT_EQ(excluded[0]["reason"], "its device failed");
}

TEST(TimeText, SecondsBetweenCountsMilliseconds) {
  EXPECT_NEAR(SecondsBetween("2024-02-28T23:59:59.500Z", "2024-02-29T00:00:01.250Z"), 1.75, 1e-6);
  EXPECT_EQ(SecondsBetween("", "2024-02-29T00:00:01.250Z"), 0);
  EXPECT_LT(SecondsBetween(UtcNow(), UtcNow()), 5);
}

TEST(TimeText, DurationsAreReadable) {
  EXPECT_EQ(DurationText(0.44), "0.4 s");
  EXPECT_EQ(DurationText(12.2), "12 s");
  EXPECT_EQ(DurationText(185), "3 min 05 s");
  EXPECT_EQ(DurationText(7380), "2 h 03 min");
}

}  // namespace
}  // namespace lrsweep
