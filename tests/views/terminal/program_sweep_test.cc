// What the terminal shows of a sweep of a user's program: its own metrics, and no word that holds
// for the built-in model alone.
#include "tests/support/program_sweep.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "views/terminal/compare.h"
#include "views/terminal/show.h"
#include "views/terminal/status.h"
#include "views/terminal/top.h"

namespace lrsweep {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ProgramSweepTest : public ProgramSweepFixture {
 protected:
  static std::string ErrorOf(const Store& store, const TopOptions& options) {
    try {
      TopText(store, options);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "no error";
  }

  static constexpr const char* kBest = "b000000000000017";
  static constexpr const char* kFirst = "b000000000000010";
};

/// Holds for texts without what is true of the built-in model only.
MATCHER(SaysNothingOfTheBuiltInModel, "") {
  for (const char* word : {"val_", "train_loss", "test set", "image", "cross-entropy", "nats",
                           "MNIST", "batch", "SHA", "dataset", "points"}) {
    if (arg.find(word) == std::string::npos) continue;
    *result_listener << "has the word " << word;
    return false;
  }
  return true;
}

TEST_F(ProgramSweepTest, TopRanksByItsMetricInItsOwnUnit) {
  const Store store = TrainedProgramSweep();
  const std::string text = TopText(store);
  EXPECT_THAT(text, AllOf(HasSubstr("resnet: by val/top-1 (max, last epoch)\n"),
                          HasSubstr("    1  b000000000000017    90.5000      20  completed"),
                          HasSubstr("augment=flip and crop width=wide seed=1"),
                          Not(HasSubstr("command")), SaysNothingOfTheBuiltInModel()));
  const json top = json::parse(TopJson(store));
  EXPECT_TRUE(top["validation_images"].is_null());
  EXPECT_EQ(top["ranking"][0]["value"], 90.5);
  EXPECT_EQ(top["ranking"][0]["params"]["params"]["model"]["width"], "wide");
}

TEST_F(ProgramSweepTest, IntervalsOfPercentagesAreNotCut) {
  const json groups = json::parse(TopJson(TrainedProgramSweep(), {.by_group = true}));
  EXPECT_EQ(groups["ranking"][0]["mean"], 89.75);
  EXPECT_NEAR(groups["ranking"][0]["high"], 89.75 + 12.7062 * 0.75, 1e-3);
}

TEST_F(ProgramSweepTest, EveryReportedMetricIsAColumnAConditionAndARanking) {
  const Store store = TrainedProgramSweep();
  const json rows = json::parse(
      TopJson(store, {.limit = 1,
                      .columns = {kAccuracy, kPerplexity, kNorm, "width", "epochs_to(ppl, 30)"},
                      .where = "\"grad.norm\" < 20000 and epochs_to(val/top-1, 60) <= 10"}));
  EXPECT_EQ(rows["ranking"][0], json({{kAccuracy, 90.5},
                                      {kPerplexity, 40 - 90.5 / 4},
                                      {kNorm, 12345.678},
                                      {"width", "wide"},
                                      {"epochs_to(ppl, 30)", 10.0}}));
  const json by = json::parse(TopJson(store, {.objective = {.metric = kPerplexity}}));
  EXPECT_EQ(by["mode"], "min");
  EXPECT_EQ(by["ranking"][0]["trial_id"], kBest);
  EXPECT_THAT(TopText(store, {.pareto = "val/top-1,ppl"}),
              HasSubstr("the Pareto front of val/top-1"));
}

TEST_F(ProgramSweepTest, AMetricMayHaveTheNameOfAColumn) {
  Store store = CreateProgramSweep(ProgramTrials(), {"state", "max", "last"});
  BeginProgram(store, kFirst);
  store.AddEpoch(kFirst, ProgramEpoch(1, 0, {{"state", 7}, {"value", 3}, {"wall_seconds", 9}}));
  store.EndAttempt(kFirst, TrialState::kCompleted, "");
  const json rows =
      json::parse(TopJson(store, {.columns = {"state", "metrics.state", "value", "metrics.value"},
                                  .where = "metrics.state > 5 and state = 'completed'"}));
  EXPECT_EQ(rows["ranking"], json({{{"state", "completed"},
                                    {"metrics.state", 7.0},
                                    {"value", 7.0},
                                    {"metrics.value", 3.0}}}));
  const json epoch = json::parse(ShowJson(store, kFirst))["epochs"][0];
  EXPECT_EQ(epoch["metrics.wall_seconds"], 9);
  EXPECT_EQ(epoch["wall_seconds"], 1.5);
}

TEST_F(ProgramSweepTest, AMetricThatIsNotDeclaredTakesNoParametersName) {
  Store store = CreateProgramSweep(ProgramTrials());
  CompleteProgram(store, kFirst, 80);
  const auto by_width = [&store] {
    return json::parse(TopJson(store, {.columns = {"width"}, .where = "width = 64"}))["ranking"];
  };
  EXPECT_EQ(by_width(), json({{{"width", 64}}}));
  BeginProgram(store, kBest);
  store.AddEpoch(kBest, ProgramEpoch(1, 0, {{kAccuracy, 70}, {"width", 64}, {"lr", 5}}));
  store.EndAttempt(kBest, TrialState::kCompleted, "");
  EXPECT_EQ(by_width(), json({{{"width", 64}}})) << "another trial reports a metric of this name";
  const json rows = json::parse(TopJson(
      store, {.columns = {"metrics.width", "metrics.lr", "width"}, .where = "metrics.width = 64"}));
  EXPECT_EQ(rows["ranking"],
            json({{{"metrics.width", 64.0}, {"metrics.lr", 5.0}, {"width", "wide"}}}));
}

TEST_F(ProgramSweepTest, MetricsCalledLikeBuiltInOnesAreItsOwn) {
  Store store = CreateProgramSweep(ProgramTrials(), {kValAccuracy, "max", "last"});
  BeginProgram(store, kFirst);
  store.AddEpoch(kFirst, ProgramEpoch(1, 0, {{kValAccuracy, 93}, {"test_accuracy", 91}}));
  store.EndAttempt(kFirst, TrialState::kCompleted, "");
  EXPECT_THAT(TopText(store), AllOf(HasSubstr("93.0000"), Not(HasSubstr("91")),
                                    Not(HasSubstr("test set")), Not(HasSubstr("images"))));
  EXPECT_THAT(ShowText(store, kFirst, db_, {}),
              AllOf(HasSubstr("91.0000"), Not(HasSubstr("images")), Not(HasSubstr("nats"))));
}

TEST_F(ProgramSweepTest, WhatIsBetterIsAskedForWhereNobodyHasSaid) {
  const Store store = TrainedProgramSweep();
  EXPECT_THAT(ErrorOf(store, {.objective = {.metric = kNorm}}),
              HasSubstr("whether more or less of grad.norm is better is not known: say mode"));
  EXPECT_THAT(TopText(store, {.objective = {.metric = kNorm, .mode = "min"}}),
              HasSubstr("12345.6780"));
  EXPECT_THAT(ErrorOf(store, {.objective = {.metric = "val_accuracy"}}),
              AllOf(HasSubstr("unknown metric 'val_accuracy'"), HasSubstr("ppl, val/top-1")));
}

TEST_F(ProgramSweepTest, ShowHasEveryMetricOverTheEpochsThatWereReported) {
  const Store store = TrainedProgramSweep();
  const std::string text = ShowText(store, kFirst, db_, {});
  EXPECT_THAT(text,
              AllOf(HasSubstr("val/top-1: 60 to 80\n"), HasSubstr("ppl: 20 to 35, log axis\n"),
                    HasSubstr("weight_decay_loss: 8.75e-07 to 3.5e-06\n"), HasSubstr("epoch 5  "),
                    HasSubstr("engine command\n"), SaysNothingOfTheBuiltInModel()));
  EXPECT_THAT(text, HasSubstr("\n      5     20  0.1          -"));  // no accuracy at epoch 5
  EXPECT_THAT(text, HasSubstr("8.7500e-07"));
  const json epochs = json::parse(ShowJson(store, kFirst))["epochs"];
  EXPECT_EQ(epochs.size(), 4U);
  EXPECT_TRUE(epochs[0][kAccuracy].is_null());
  EXPECT_EQ(epochs[1][kAccuracy], 60);
  EXPECT_FALSE(epochs[0].contains("val_accuracy"));
}

TEST_F(ProgramSweepTest, ATrialWhoseMetricBecameNanSaysSo) {
  Store store = CreateProgramSweep(ProgramTrials());
  BeginProgram(store, kFirst);
  store.AddEpoch(kFirst, ProgramEpoch(1, 0, {{kPerplexity, 30}}));
  EpochRecord last = ProgramEpoch(2, 1, {{kPerplexity, kNanLoss}});
  last.diverged = true;
  store.AddEpoch(kFirst, last);
  store.EndAttempt(kFirst, TrialState::kStopped, "");
  EXPECT_THAT(ShowText(store, kFirst, db_, {}),
              AllOf(HasSubstr("stopped (diverged: a metric became NaN or infinite)"),
                    HasSubstr("ppl: 30, log axis, then NaN\n"), HasSubstr(" nan "),
                    SaysNothingOfTheBuiltInModel()));
}

TEST_F(ProgramSweepTest, TrialsAreComparedInWhatTheyReported) {
  TrainedProgramSweep().Close();
  const Selection selection({db_, kFirst, kBest});
  EXPECT_THAT(CompareText(selection, {}),
              AllOf(HasSubstr("params.model.width      64    wide\n"),
                    HasSubstr("val/top-1                80.0000     90.5000  +10.5000\n"),
                    HasSubstr("weight_decay_loss     3.5000e-06  3.5000e-06   +0.0000\n"),
                    HasSubstr("best val/top-1           80.0000     90.5000"),
                    HasSubstr("epochs                        20          20        +0\n"),
                    HasSubstr("\nppl: "), SaysNothingOfTheBuiltInModel()));
  const json values = json::parse(CompareJson(selection))["values"];
  EXPECT_EQ(values[0]["name"], kAccuracy);
  EXPECT_EQ(values[0]["differences"], json({0.0, 10.5}));
}

TEST_F(ProgramSweepTest, DatabasesAreComparedWithoutTheirData) {
  TrainedProgramSweep().Close();
  const auto first = folder_ / "first.db";
  std::filesystem::rename(db_, first);
  Store store = CreateProgramSweep(ProgramTrials());
  CompleteProgram(store, kFirst, 70);
  store.Close();
  const Selection selection({first, db_});
  EXPECT_THAT(CompareText(selection, {}),
              AllOf(HasSubstr("val/top-1 A        B\n"), HasSubstr("80.0000  70.0000\n"),
                    HasSubstr("A's values are better than B's by 10 on the average"),
                    SaysNothingOfTheBuiltInModel()));
  const json differ = json::parse(CompareJson(selection))["differ"][0];
  EXPECT_EQ(differ["final_value"]["a"], 80);
  EXPECT_EQ(differ["epochs"], 4);
}

TEST_F(ProgramSweepTest, AProgramsSweepIsNotMeasuredByTheBuiltInModelsMetrics) {
  TrainedProgramSweep().Close();
  const auto program = folder_ / "program.db";
  std::filesystem::rename(db_, program);
  Store built_in = CreateSweep({MakeTrial("aa")});
  Complete(built_in, "aa", {0.5});
  built_in.Close();
  EXPECT_THAT(CompareText(Selection({program, db_}), {}),
              HasSubstr("A is of a user's program, B of the built-in model.\n"));
  EXPECT_THAT(CompareText(Selection({program.string() + ":" + kFirst, db_.string() + ":aa"}), {}),
              HasSubstr("Some are of the built-in model, others of a user's program."));
}

TEST_F(ProgramSweepTest, StatusSaysWhatIsOnDisk) {
  const Store store = TrainedProgramSweep();
  EXPECT_THAT(StatusText(store, db_, {}),
              AllOf(HasSubstr("on disk    nothing\n"), HasSubstr("val/top-1 90.5000"),
                    SaysNothingOfTheBuiltInModel()));
  WriteFile(kFirst, "output.log", std::string(2000, 'x'));
  WriteFile(kBest, "params.json", std::string(500, 'x'));
  EXPECT_THAT(StatusText(store, db_, {}),
              HasSubstr("on disk    2.50 kB of 2 trials in " + db_.string() +
                        ".trials; to remove it: lrsweep clean " + db_.string() + "\n"));
  const json disk = json::parse(StatusJson(store, db_))["on_disk"];
  EXPECT_EQ(disk, json({{"folder", db_.string() + ".trials"},
                        {"trials", 2},
                        {"bytes", 2500},
                        {"complete", true}}));
}

TEST_F(ProgramSweepTest, StatusSaysHowAProgramEndedAndWhereItsOutputIs) {
  Store store = CreateProgramSweep(ProgramTrials());
  BeginProgram(store, kFirst);
  store.EndAttempt(kFirst, TrialState::kFailed,
                   "exit status 1; the end of its output:\nTraceback:\nValueError: no\n");
  EXPECT_THAT(
      StatusText(store, db_, {}),
      AllOf(HasSubstr("exit status 1; the end of its output: ValueError: no\n"),
            HasSubstr("what one of them printed: lrsweep log " + db_.string() + ' ' + kFirst)));
}

TEST_F(ProgramSweepTest, TheBuiltInModelHasNothingOnDisk) {
  const Store store = CreateSweep({MakeTrial("aa")});
  EXPECT_TRUE(json::parse(StatusJson(store, db_))["on_disk"].is_null());
  EXPECT_THAT(StatusText(store, db_, {}), Not(HasSubstr("on disk")));
}

}  // namespace
}  // namespace lrsweep
