#include "views/terminal/show.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/selection.h"
#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class ShowTest : public SweepFixture {
 protected:
  static std::string Text(const Store& store, const std::string& prefix) {
    return ShowText(store, prefix, "a sweep.db", {});
  }
  static std::string ErrorOf(const Store& store, const std::string& prefix) {
    try {
      FindTrial(store, prefix);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "no error";
  }
};

TEST_F(ShowTest, FindsATrialByPrefix) {
  const Store store = CreateSweep({MakeTrial("ab12"), MakeTrial("ab99"), MakeTrial("cd00")});
  EXPECT_EQ(FindTrial(store, "CD").trial_id, "cd00");
  EXPECT_EQ(FindTrial(store, "ab99").trial_id, "ab99");
  EXPECT_THAT(ErrorOf(store, "ab"), AllOf(HasSubstr("several"), HasSubstr("ab12"),
                                          HasSubstr("ab99"), Not(HasSubstr("cd00"))));
  EXPECT_THAT(ErrorOf(store, "ff"), AllOf(HasSubstr("no trial"), HasSubstr("cd00")));
}

TEST_F(ShowTest, TextTellsParametersAttemptsAndEpochs) {
  Store store = CreateSweep({MakeTrial("ab12")});
  EXPECT_THAT(Text(store, "ab"), AllOf(HasSubstr("pending"), HasSubstr("not started yet"),
                                       HasSubstr("No epoch is done yet.")));
  Complete(store, "ab12", {0.5, 0.75});
  EXPECT_THAT(Text(store, "ab"), HasSubstr("1 by val_accuracy (max, last epoch): 0.7500\n"));
  EXPECT_THAT(
      Text(store, "ab"),
      AllOf(HasSubstr("  scheduler.gamma  0.1\n"), HasSubstr("node-a"), HasSubstr("AVX512"),
            HasSubstr("epoch  steps   lr  train_loss  val_loss  val_accuracy  seconds\n"
                      "      1      2  0.1      0.3750    0.5000        0.5000     1.50\n"
                      "      2      4  0.1      0.3750    0.2500        0.7500     1.50\n")));
}

TEST_F(ShowTest, TextTellsDivergenceAndErrors) {
  Store store = CreateSweep({MakeTrial("ab"), MakeTrial("cd")});
  Diverge(store, "ab");
  Fail(store, "cd", "CUDA: no memory\n\x1b[31mat all");
  EXPECT_THAT(Text(store, "ab"), AllOf(HasSubstr("stopped (diverged"), HasSubstr("nan")));
  EXPECT_THAT(Text(store, "cd"), AllOf(HasSubstr("error\n  CUDA: no memory\n   [31mat all\n"),
                                       HasSubstr("attempt 1: CUDA: no memory\n")));
}

TEST_F(ShowTest, TextDrawsCurvesAndTellsHowToRepeatIt) {
  Store store = CreateSweep({MakeTrial("ab12")});
  EXPECT_THAT(Text(store, "ab"),
              AllOf(HasSubstr("lrsweep show --config 'a sweep.db' ab12 > trial.yaml && lrsweep run "
                              "trial.yaml\n"),
                    Not(HasSubstr("verify")), HasSubstr("data SHA-256 abc\n")));
  Complete(store, "ab12", {0.5, 0.75});
  EXPECT_THAT(Text(store, "ab"),
              AllOf(HasSubstr("\nloss of every step: 0.25 to 0.5, log axis\n"),
                    HasSubstr("\nval_accuracy: 0.5 to 0.75\n     0.75 ┤"), HasSubstr("epoch 1 "),
                    HasSubstr("\nlr of every step: 0.1\n"),
                    HasSubstr("  lrsweep verify 'a sweep.db' ab12\n"), Not(HasSubstr("\x1b"))));
}

TEST_F(ShowTest, TextTellsTheOtherSeedsOfItsGroup) {
  Store store =
      CreateSweep({MakeTrial("ab12", "StepLR", 0.1, 0), MakeTrial("cd34", "StepLR", 0.1, 7)});
  Complete(store, "ab12", {0.5});
  Complete(store, "cd34", {0.51});
  // By hand: sd = 0.01 / sqrt(2), and half of the interval is 12.706 * sd / sqrt(2).
  EXPECT_THAT(
      Text(store, "ab"),
      AllOf(HasSubstr("its group: 2 seeds, mean 0.5050, sd 0.0071, 95% interval of the mean "
                      "0.4415 to 0.5685\n"),
            HasSubstr("   0  ab12      completed        0.5000  this one\n"),
            HasSubstr("   7  cd34      completed        0.5100\n")));
  EXPECT_EQ(json::parse(ShowJson(store, "ab"))["group"][1]["value"], 0.51);
}

TEST_F(ShowTest, LongTrialsShowTheirFirstAndLastEpochs) {
  Store store = CreateSweep({MakeTrial("ab")});
  Complete(store, "ab", std::vector<double>(40, 0.5));
  EXPECT_THAT(Text(store, "ab"),
              AllOf(HasSubstr("\n      5     10 "), HasSubstr("\n    ...\n     16     32 "),
                    HasSubstr("\n     40     80 ")));
}

TEST_F(ShowTest, JsonHasTheDatabasesNames) {
  Store store = CreateSweep({MakeTrial("ab")});
  Diverge(store, "ab");
  const json show = json::parse(ShowJson(store, "a"));
  EXPECT_EQ(show["trial_id"], "ab");
  EXPECT_EQ(show["diverged"], true);
  EXPECT_EQ(show["place"], 1);
  EXPECT_TRUE(show["value"].is_null());
  EXPECT_EQ(show["params"]["training"]["epochs"], 2);
  EXPECT_EQ(show["attempts"][0]["outcome"], "stopped");
  EXPECT_EQ(show["attempts"][0]["worker"], 3);
  EXPECT_EQ(show["epochs"][0]["lr"], 0.1);
  EXPECT_TRUE(show["epochs"][0]["train_loss"].is_null());
}

}  // namespace
}  // namespace lrsweep
