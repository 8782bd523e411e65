// Trials that are the same training for some epochs: trained once, and to the same bits.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_fixture.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class SharedPrefixTest : public RunTest {
 protected:
  SharedPrefixTest() {
    folder_.Write("s.yaml",
                  "name: s\ndataset: {name: " + images_.path().string() +
                      "}\nmodel: {hidden: [16]}\n"
                      "training: {epochs: {grid: [3, 6]}, batch_size: 32, seed: {grid: [0, 1]}}\n"
                      "optimizer:\n  - {type: SGD, lr: 0.1, momentum: 0.9}\n"
                      "  - {type: Adam, lr: 0.01}\n"
                      "scheduler:\n"
                      "  - {type: WSD, num_warmup_steps: 1, num_decay_steps: {grid: [1, 2]}}\n"
                      "  - {type: StepLR, step_size: {grid: [2, 4, 50]}, gamma: 0.5}\n"
                      "  - {type: ReduceLROnPlateau, patience: {grid: [0, 1]}, threshold: 0.3}\n"
                      "  - {type: StepLR, step_size: 1, gamma: 1.0e+30, interval: step}\n");
  }

  void ExpectSameBits(const std::string& options) {
    EXPECT_EQ(Run(0, "--quiet --no-share --db whole.db " + options).status, 0);
    EXPECT_EQ(Run(0, "--quiet " + options).status, 0);
    EXPECT_TRUE(Numbers("s.db") == Numbers("whole.db"));
  }
};

TEST_F(SharedPrefixTest, WithTheCpuEngineEveryBitIsThatOfTrialsTrainedAlone) {
  ExpectSameBits("--engine cpu");
  const std::string trained = "SELECT count(*) FROM epochs WHERE trained_by IS NULL";
  EXPECT_LT(std::stoi(Sql(trained)), std::stoi(Sql("SELECT count(*) FROM epochs")) * 2 / 3);
  EXPECT_EQ(Sql("SELECT count(*) FROM epochs AS e JOIN epochs AS o ON o.trial_id = e.trained_by "
                "AND o.epoch = e.epoch WHERE o.trained_by IS NOT NULL OR (e.steps_done, e.lr, "
                "e.train_loss, e.val_loss, e.val_accuracy, e.wall_seconds) IS NOT (o.steps_done, "
                "o.lr, o.train_loss, o.val_loss, o.val_accuracy, o.wall_seconds)"),
            "0\n");
}

TEST_F(SharedPrefixTest, WithTheTorchEngineEveryBitIsThatOfTrialsTrainedAlone) {
  ExpectSameBits("--engine torch --set training.seed=0");
}

TEST_F(SharedPrefixTest, WhateverTheWorkersAndHoweverOftenItIsStopped) {
  EXPECT_EQ(Run(0, "--quiet --no-share --db whole.db").status, 0);
  int status = 75;
  for (double seconds = 0.05; status == 75 && seconds < 30; seconds *= 1.3) {
    status = Run(0, "--quiet --workers 2 --max-wall-time " + std::to_string(seconds)).status;
  }
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(Numbers("s.db") == Numbers("whole.db"));
  EXPECT_EQ(Sql("SELECT count(*) FROM checkpoints"), "0\n");
}

TEST_F(SharedPrefixTest, ATrialThatWasNeverTrainedIsVerifiedByTrainingItAlone) {
  EXPECT_EQ(Run(0, "--quiet").status, 0);
  std::string id = Sql("SELECT trial_id FROM trials WHERE shared_epochs = epochs_done LIMIT 1");
  ASSERT_FALSE(id.empty());
  id.pop_back();
  EXPECT_EQ(Sql("SELECT count(*) FROM attempts WHERE trial_id = '" + id + "'"), "0\n");
  EXPECT_THAT(Lrsweep("verify s.db " + id).output, HasSubstr("every bit agrees"));
}

TEST_F(SharedPrefixTest, AnotherConfigurationOfTheSameSweepGoesOnFromWhatIsThere) {
  EXPECT_EQ(Run(0, "--quiet --set training.seed=0").status, 0);
  EXPECT_EQ(Run(0, "--quiet").status, 0);
  EXPECT_EQ(Run(0, "--quiet --no-share --db whole.db").status, 0);
  const std::string values = "SELECT trial_id, value FROM ranking ORDER BY 1";
  EXPECT_EQ(Sql(values), RunShell(InFolder("sqlite3 whole.db \"" + values + "\"")).output);
}

TEST_F(SharedPrefixTest, PlanSaysHowMuchIsShared) {
  folder_.Write("wsd.yaml", "name: wsd\ndataset: {name: " + images_.path().string() +
                                "}\nmodel: {hidden: [16]}\n"
                                "training: {epochs: {grid: [3, 6]}, batch_size: 32}\n"
                                "optimizer: {lr: 0.1}\n"
                                "scheduler:\n"
                                "  - {type: StepLR, step_size: {grid: [2, 50]}, gamma: 0.5}\n"
                                "  - {type: ExponentialLR, gamma: 0.5}\n");
  // Rates 1 1 .5 .5 .25 .25, 1 1 1 1 1 1 and their first halves: 6 + 4 epochs; the halvings 6, of
  // which the first is theirs as well.
  EXPECT_THAT(Lrsweep("plan wsd.yaml").output,
              AllOf(HasSubstr("wsd: 6 trials, 27 epochs, 15 to train: 44% are shared\n"),
                    HasSubstr("\nStepLR                          18        10\n"
                              "ExponentialLR                    9         6\n"
                              "1 of these to train is shared between schedulers\n")));
  EXPECT_EQ(Lrsweep("run wsd.yaml --quiet --db s.db").status, 0);
  const std::string id = "SELECT trial_id FROM trials WHERE scheduler = 'ExponentialLR' LIMIT 1";
  EXPECT_THAT(Lrsweep("show s.db $(sqlite3 s.db \"" + id + "\")").output,
              HasSubstr("\nshared_epochs  1 is that of "));
  // Nothing is shared: nothing is said.
  EXPECT_THAT(
      Lrsweep("plan wsd.yaml --set training.epochs=1 --set scheduler='{type: ExponentialLR, "
              "gamma: 0.5}'")
          .output,
      HasSubstr("wsd: 1 trial\n"));
}

}  // namespace
}  // namespace lrsweep
