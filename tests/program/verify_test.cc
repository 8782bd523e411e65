// Stored trials are trained again by the real program, on a small data set.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/run_fixture.h"

namespace lrsweep {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Of 16 steps an epoch, 3 epochs.
class VerifyTest : public RunTest {
 protected:
  void Train(const std::string& options = "") {
    const auto result = Run(0, "--quiet --engine cpu " + options);
    ASSERT_EQ(result.status, 0) << result.output;
    first_ = Sql("SELECT trial_id FROM trials WHERE scheduler = 'StepLR' ORDER BY number LIMIT 1");
    first_.pop_back();
  }
  ProgramResult VerifyFirst(const std::string& options = "") {
    return Lrsweep("verify s.db " + first_ + " " + options);
  }

  std::string first_;  // id of a StepLR trial
};

TEST_F(VerifyTest, EveryBitOfEveryTrialAgrees) {
  Train();
  const auto result = Lrsweep("verify s.db --all");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("10 of 10 trials agree in every bit\n"),
                                   HasSubstr("3 epochs, 48 steps (loss, lr, momentum)"),
                                   HasSubstr("CyclicLR"), Not(HasSubstr("\x1b"))));
}

TEST_F(VerifyTest, TestMetricsAgreeToTheBitWhereTheyAreRecorded) {
  Train("--set dataset.validation=100");
  EXPECT_THAT(VerifyFirst().output, HasSubstr("every bit agrees"));
  // An epoch of lrsweep 0.1.0 has none.
  Sql("UPDATE epochs SET test_loss = NULL, test_accuracy = NULL WHERE epoch = 1");
  EXPECT_THAT(VerifyFirst().output, HasSubstr("every bit agrees"));
  Sql("UPDATE epochs SET test_loss = test_loss * (1 + 1e-15) WHERE epoch = 2");
  const auto result = VerifyFirst();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, HasSubstr("differs from the end of epoch 2 on: test_loss was "));
}

TEST_F(VerifyTest, ChangedLossIsFoundAtItsStep) {
  Train();
  Sql("UPDATE step_traces SET trace = json_set(trace, '$[1]', 0.5) WHERE epoch = 2 AND trial_id = "
      "'" +
      first_ + "'");
  const auto result = VerifyFirst();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("differs from step 17 (epoch 2) on: loss was 0.5, is "),
                    HasSubstr("1 step and the values of 0 epochs differ"),
                    HasSubstr("val_accuracy after epoch 3 is the same"),
                    HasSubstr("then the database was changed")));
  const json found = json::parse(VerifyFirst("--json").output)["trials"][0];
  EXPECT_EQ(found["agrees"], false);
  EXPECT_EQ(found["first_difference"]["step"], 17);
  EXPECT_EQ(found["first_difference"]["recorded"], 0.5);
  EXPECT_EQ(found["changes"], json::array());
}

TEST_F(VerifyTest, ADifferenceInTheLastBitOfARateIsFound) {
  Train();
  // 0.1 and the next double.
  Sql("UPDATE step_traces SET lr = 0.10000000000000002 WHERE epoch = 1 AND trial_id = '" + first_ +
      "'");
  EXPECT_THAT(VerifyFirst().output,
              HasSubstr("from step 0 (epoch 1) on: lr was 0.10000000000000002, is 0.1 now"));
}

TEST_F(VerifyTest, ChangedAccuracyIsFoundAtItsEpoch) {
  Train();
  Sql("UPDATE epochs SET val_accuracy = 1.5 WHERE epoch = 3 AND trial_id = '" + first_ + "'");
  const auto result = VerifyFirst();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("from the end of epoch 3 on: val_accuracy was 1.5, is 0."),
                    HasSubstr("0 steps and the values of 1 epoch differ"),
                    HasSubstr("after epoch 3 val_accuracy was 1.5")));
  EXPECT_EQ(VerifyFirst("--epochs 2").status, 0);
  EXPECT_THAT(VerifyFirst("--epochs 2").output, HasSubstr("the first of 3 epochs"));
}

TEST_F(VerifyTest, SaysWhatIsNotAsItWas) {
  Train();
  Sql("UPDATE attempts SET cpu_target = 'EMU128', engine = 'torch'; "
      "UPDATE epochs SET val_loss = 9 WHERE epoch = 1");
  EXPECT_THAT(VerifyFirst().output,
              AllOf(HasSubstr("the engine was torch, is cpu now"),
                    HasSubstr("the CPU target was EMU128, is "),
                    HasSubstr("The data are the same."), Not(HasSubstr("database was changed"))));
}

TEST_F(VerifyTest, WithoutStepsItsEpochsAreCompared) {
  Train("--set record.steps=none");
  const auto good = VerifyFirst();
  EXPECT_EQ(good.status, 0) << good.output;
  EXPECT_THAT(good.output, HasSubstr("3 epochs; steps are not recorded"));
  Sql("UPDATE epochs SET train_loss = train_loss * 1.5 WHERE epoch = 2");
  EXPECT_THAT(VerifyFirst().output, HasSubstr("from the end of epoch 2 on: train_loss was"));
}

TEST_F(VerifyTest, ADivergedTrialDivergesAgain) {
  Train("--set 'scheduler={type: StepLR, step_size: 9, gamma: 1e30, interval: step}'");
  const auto result = Lrsweep("verify s.db --all");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("1 epoch, 16 steps"));
}

TEST_F(VerifyTest, OtherDataAreSaidBeforeAnythingIsTrained) {
  Train();
  WriteImages(images_, "t10k", 100, 8, 9);
  const auto result = VerifyFirst();
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, HasSubstr("other data than the sweep was trained on"));
}

TEST_F(VerifyTest, WhatCannotBeVerifiedIsAMistake) {
  Train();
  EXPECT_EQ(Lrsweep("verify s.db").status, 2);
  EXPECT_EQ(Lrsweep("verify s.db ffffffff0").status, 2);
  EXPECT_EQ(Lrsweep("verify nowhere.db --all").status, 2);
  EXPECT_EQ(Lrsweep("verify s.db --all " + first_).status, 2);
  Sql("DELETE FROM step_traces WHERE epoch = 2");
  const auto damaged = VerifyFirst();
  EXPECT_EQ(damaged.status, 74);
  EXPECT_THAT(damaged.output, HasSubstr("32 of its 48 steps are recorded"));
  Sql("DELETE FROM step_traces; DELETE FROM epochs");
  EXPECT_THAT(VerifyFirst().output, HasSubstr("has no epoch to compare"));
}

TEST_F(VerifyTest, AnEpochThatIsMissingIsDamage) {
  Train();
  Sql("DELETE FROM step_traces WHERE epoch = 3; DELETE FROM epochs WHERE epoch = 3");
  const auto result = VerifyFirst();
  EXPECT_EQ(result.status, 74);
  EXPECT_THAT(result.output, HasSubstr("2 of its 3 epochs are recorded: the database is damaged"));
}

TEST_F(VerifyTest, AnEpochThatTheTrainingDoesNotHaveIsNoAgreement) {
  Train();
  Sql("INSERT INTO epochs (trial_id, epoch, steps_done, lr, train_loss, val_loss, "
      "val_accuracy, wall_seconds) SELECT trial_id, 4, 64, lr, train_loss, val_loss, val_accuracy, "
      "1 FROM "
      "epochs WHERE epoch = 3; INSERT INTO step_traces SELECT trial_id, 4, 48, lr, momentum, trace "
      "FROM step_traces WHERE epoch = 3; UPDATE trials SET epochs_done = 4");
  const auto result = VerifyFirst();
  EXPECT_NE(result.status, 0);
  EXPECT_THAT(result.output, AllOf(HasSubstr("ends after epoch 3, but 4 are recorded"),
                                   Not(HasSubstr("every bit agrees"))));
}

TEST_F(VerifyTest, OutputThatCannotBeWrittenIsStatus74) {
  Train();
  for (const std::string& words :
       {"verify s.db " + first_, std::string("top s.db"), std::string("report s.db"),
        std::string("status s.db --watch")}) {
    const auto result = Lrsweep(words + " >/dev/full");
    EXPECT_EQ(result.status, 74) << words;
    EXPECT_EQ(result.output, "lrsweep: the output cannot be written: No space left on device\n");
  }
}

TEST_F(VerifyTest, TheShownConfigurationRepeatsTheTrial) {
  Train();
  const auto run =
      Lrsweep("show --config s.db " + first_ +
              " > trial.yaml && " LRSWEEP_PROGRAM " run --quiet trial.yaml --db again.db");
  ASSERT_EQ(run.status, 0) << run.output;
  const auto compared = Lrsweep("compare s.db again.db");
  EXPECT_EQ(compared.status, 0) << compared.output;
  EXPECT_THAT(compared.output,
              AllOf(HasSubstr("Of 1 trial with epochs in both, all agree in every bit.\n"),
                    HasSubstr("In A alone: 9 trials; in B alone: 0 trials.\n")));
}

class WatchTest : public VerifyTest {};

TEST_F(WatchTest, FollowsASweepToItsEnd) {
  const auto result =
      RunShell(InFolder("(sleep 0.3; " LRSWEEP_PROGRAM
                        " run s.yaml --quiet --engine cpu --set training.epochs=100) & "
                        "job=$!; while [ ! -e s.db ]; do sleep 0.05; done; " LRSWEEP_PROGRAM
                        " status s.db --watch --exit-code; status=$?; wait $job; exit $status"));
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("Z  trials 10: "), HasSubstr("10: 10 completed; 1000 epochs done"),
                    Not(HasSubstr("\x1b"))));
}

TEST_F(WatchTest, SaysOnceWhatDoesNotChangeAndStopsWhenTold) {
  Train();
  Sql("UPDATE trials SET state = 'pending' WHERE trial_id = '" + first_ + "'");
  const auto result =
      Lrsweep("status s.db --watch --json & job=$!; sleep 3; kill -INT $job; wait $job");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_EQ(json::parse(result.output)["states"]["pending"], 1);
}

}  // namespace
}  // namespace lrsweep
