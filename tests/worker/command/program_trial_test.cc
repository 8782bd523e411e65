#include "worker/command/program_trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class ProgramTrialTest : public testing::Test {
 protected:
  ProgramTrialTest() {
    program_.metrics = {"val_loss"};
    program_.steps_per_epoch = 2;
    task_.params = {
        {"training", Map{{"epochs", int64_t{4}}}},
        {"optimizer", Map{{"lr", 0.8}, {"momentum", 0.9}}},
        {"scheduler", Map{{"type", "StepLR"}, {"step_size", int64_t{1}}, {"gamma", 0.5}}}};
  }

  ProgramTrial Begin() const { return {program_, task_, std::nullopt}; }
  ProgramTrial Resume(int64_t epochs_done, const ProgramCheckpoint& checkpoint) {
    task_.epochs_done = epochs_done;
    return {program_, task_, checkpoint};
  }
  void FollowValLoss() {
    task_.params["scheduler"] = Map{{"type", "ReduceLROnPlateau"}, {"patience", int64_t{0}}};
  }

  ProgramSpec program_;
  TrialTask task_;
};

EpochReport Epoch(int64_t epoch, double val_loss = 0.5) {
  EpochReport report;
  report.epoch = epoch;
  report.metrics = {{"val_loss", val_loss}};
  return report;
}

template <typename Take>
std::string Refusal(const Take& take) {
  try {
    take();
  } catch (const ProtocolError& error) {
    return error.what();
  }
  return "it was taken";
}

TEST_F(ProgramTrialTest, CoversTheStepsSinceTheLastReport) {
  ProgramTrial trial = Begin();
  EXPECT_EQ(trial.Take(Epoch(1), 0.1).rates.lr, std::vector<double>{0.8});
  const EpochRecord record = trial.Take(Epoch(3), 2.5);
  EXPECT_EQ(record.epoch, 3);
  EXPECT_EQ(record.steps_done, 6);
  EXPECT_THAT(record.rates.lr, ElementsAre(0.4, 0.4, 0.2, 0.2));
  EXPECT_THAT(record.rates.momentum, ElementsAre(0.9));
  EXPECT_EQ(record.losses.size(), 4);
  EXPECT_EQ(record.wall_seconds, 2.5);
  EXPECT_FALSE(trial.HasAllEpochs());
  trial.Take(ResultReport{{}, {}, {{"val_loss", 0.5}}, {}}, 0);
  EXPECT_TRUE(trial.HasAllEpochs());
}

TEST_F(ProgramTrialTest, RefusesEpochsOutOfOrder) {
  ProgramTrial trial = Begin();
  trial.Take(Epoch(2), 0);
  EXPECT_THAT(Refusal([&] { trial.Take(Epoch(2), 0); }),
              HasSubstr("epoch 2 comes after epoch 2: "));
  EXPECT_THAT(Refusal([&] { trial.Take(Epoch(1), 0); }),
              HasSubstr("epoch 1 comes after epoch 2: "));
  EXPECT_EQ(Refusal([&] { trial.Take(Epoch(5), 0); }),
            "epoch 5 is beyond the trial's last one: it has 4 epochs (LRSWEEP_EPOCHS)");
  trial.Take(Epoch(4), 0);
  EXPECT_THAT(Refusal([&] {
                trial.Take(ResultReport{{}, {}, {{"a", 1}}, {}}, 0);
              }),
              HasSubstr("counts for the last one, 4, which was reported before"));
}

TEST_F(ProgramTrialTest, ComparesStepsLossesAndRates) {
  ProgramTrial trial = Begin();
  EpochReport report = Epoch(1);
  report.steps = 3;
  EXPECT_EQ(Refusal([&] { trial.Take(report, 0); }),
            "epoch 1: \"steps\" is 3; expected 2, since trial.steps_per_epoch is 2");
  report.steps = 2;
  report.losses = {1, 2, 3};
  EXPECT_THAT(Refusal([&] { trial.Take(report, 0); }),
              HasSubstr("\"losses\" has 3 values, but 2 steps were done"));
  report.losses = {1, 2};
  report.applied.lr = 0.4;
  EXPECT_THAT(Refusal([&] { trial.Take(report, 0); }),
              HasSubstr("epoch 1: the program applied the rate 0.4 at step 1; the schedule has 0.8 "
                        "there (0.4 is its rate at step 2): the schedule was advanced once too "
                        "often"));
  report.applied.lr = 0.8;
  EXPECT_THAT(trial.Take(report, 0).losses, ElementsAre(1, 2));
}

TEST_F(ProgramTrialTest, MarksDivergenceByDeclaredMetricsOnly) {
  ProgramTrial trial = Begin();
  EpochReport report = Epoch(1);
  report.metrics["other"] = kNan;
  EXPECT_FALSE(trial.Take(report, 0).diverged);
  EXPECT_TRUE(trial.Take(Epoch(2, kNan), 0).diverged);
}

TEST_F(ProgramTrialTest, ShowsHowFarItIs) {
  ProgramTrial trial = Begin();
  EXPECT_EQ(trial.progress().epoch, 1);
  EXPECT_EQ(trial.progress().lr, 0.8);
  trial.Take(ProgressReport{3, 0.25, {0.4, std::nullopt}, {}});
  EXPECT_EQ(trial.progress().epoch, 2);
  EXPECT_EQ(trial.progress().steps_done, 1);
  EXPECT_EQ(trial.progress().loss, 0.25);
  EXPECT_THAT(Refusal([&] {
                trial.Take(ProgressReport{3, 0.25, {0.8, std::nullopt}, {}});
              }),
              HasSubstr("after 3 steps: the program applied the rate 0.8 at step 2"));
  EXPECT_EQ(Refusal([&] {
              trial.Take(ProgressReport{9, 0, {}, {}});
            }),
            "\"steps\" is 9, but the trial has 8");
  trial.Take(ProgressReport{0, 0, {0.7, std::nullopt}, {}});
}

TEST_F(ProgramTrialTest, TakesAWordForStepsWhereTheyAreNotKnown) {
  program_.steps_per_epoch = 0;
  ProgramTrial trial = Begin();
  EpochReport report = Epoch(2);
  report.steps = 6;
  report.applied.lr = 0.4;
  const EpochRecord record = trial.Take(report, 0);
  EXPECT_EQ(record.steps_done, 6);
  EXPECT_THAT(record.rates.lr, ElementsAre(0.8, 0.8, 0.8, 0.4, 0.4, 0.4));
  EXPECT_EQ(trial.Take(Epoch(3), 0).steps_done, 7);
  report = Epoch(4);
  report.steps = 7;
  EXPECT_THAT(Refusal([&] { trial.Take(report, 0); }), HasSubstr("\"steps\" is 7 after 7"));
  report.steps = 1LL << 52;
  EXPECT_THAT(Refusal([&] { trial.Take(report, 0); }), HasSubstr("after 7"));
}

TEST_F(ProgramTrialTest, FollowsAMetric) {
  FollowValLoss();
  ProgramTrial trial = Begin();
  EXPECT_EQ(trial.Take(Epoch(1, 1), 0).rates.lr, std::vector<double>{0.8});
  EXPECT_EQ(trial.Take(Epoch(2, 2), 0).rates.lr, std::vector<double>{0.8});
  EXPECT_DOUBLE_EQ(trial.Take(Epoch(3, 2), 0).rates.lr.at(0), 0.08);
  EXPECT_THAT(trial.metric_history(), ElementsAre(1, 2, 2));
}

TEST_F(ProgramTrialTest, KeepsTheHistoryWholeWhenItDiverges) {
  FollowValLoss();
  ProgramTrial trial = Begin();
  EXPECT_TRUE(trial.Take(Epoch(1, kNan), 0).diverged);
  EXPECT_EQ(trial.metric_history().size(), 1);
  EXPECT_EQ(trial.Take(CheckpointReport{"a", 1}, "a").metric_history.size(), 1);
}

TEST_F(ProgramTrialTest, NeedsEveryEpochAndTheMetricThatItFollows) {
  FollowValLoss();
  ProgramTrial trial = Begin();
  EXPECT_EQ(Refusal([&] { trial.Take(Epoch(2), 0); }),
            "epoch 2 comes after epoch 0: the schedule follows val_loss, so every epoch must be "
            "reported");
  EpochReport report = Epoch(1);
  report.metrics = {{"train_loss", 1}};
  EXPECT_EQ(Refusal([&] { trial.Take(report, 0); }),
            "epoch 1 has no val_loss, which the schedule follows");
}

TEST_F(ProgramTrialTest, ResumesFromWhatItsCheckpointSays) {
  FollowValLoss();
  ProgramTrial first = Begin();
  first.Take(Epoch(1, 1), 0);
  first.Take(Epoch(2, 2), 0);
  first.Take(Epoch(3, 2), 0);
  const ProgramCheckpoint checkpoint =
      DecodeProgramCheckpoint(EncodeProgramCheckpoint(first.Take(CheckpointReport{"x", 2}, "x")));
  EXPECT_EQ(checkpoint.path, "x");
  EXPECT_EQ(checkpoint.steps_done, 4);
  EXPECT_THAT(checkpoint.metric_history, ElementsAre(1, 2));
  ProgramTrial second = Resume(2, checkpoint);
  EXPECT_EQ(second.epochs_done(), 2);
  EXPECT_TRUE(second.HasReportedAnyOf({"val_loss"}));
  EXPECT_FALSE(second.HasReportedAnyOf({"val_accuracy"}));
  const EpochRecord record = second.Take(Epoch(3, 2), 0);
  EXPECT_DOUBLE_EQ(record.rates.lr.at(0), 0.08);
  EXPECT_EQ(record.steps_done, 6);
}

TEST_F(ProgramTrialTest, RefusesACheckpointThatDoesNotFit) {
  EXPECT_THROW(DecodeProgramCheckpoint("x"), std::invalid_argument);
  EXPECT_THROW(DecodeProgramCheckpoint("{}"), std::invalid_argument);
  EXPECT_THROW(DecodeProgramCheckpoint(R"({"path": 3, "steps": 1, "reported": []})"),
               std::invalid_argument);
  EXPECT_THROW(Resume(5, {"x", 10, {}, {}}), UnusableCheckpoint);
  FollowValLoss();
  EXPECT_THROW(Resume(2, {"x", 4, {}, {1}}), UnusableCheckpoint);
}

TEST_F(ProgramTrialTest, WantsCheckpointsOfReportedEpochsUnderNamesOfTheirOwn) {
  ProgramTrial trial = Resume(1, {"one", 2, {}, {}});
  trial.Take(Epoch(3), 0);
  EXPECT_EQ(Refusal([&] {
              trial.Take(CheckpointReport{"a", 2}, "a");
            }),
            "a checkpoint of epoch 2, which was not reported; the last one is 3");
  EXPECT_THAT(Refusal([&] {
                trial.Take(CheckpointReport{"one", 3}, "one");
              }),
              HasSubstr("the checkpoint \"one\" was reported before: each one needs a name"));
  EXPECT_EQ(trial.Take(CheckpointReport{"b", 3}, "b").steps_done, 6);
  EXPECT_EQ(Refusal([&] {
              trial.Take(CheckpointReport{"c", 3}, "c");
            }),
            "a checkpoint of epoch 3 after that of epoch 3");
}

TEST_F(ProgramTrialTest, RefusesACheckpointWithinAnother) {
  ProgramTrial trial = Resume(1, {"ck", 2, {}, {}});
  trial.Take(Epoch(3), 0);
  EXPECT_THAT(Refusal([&] {
                trial.Take(CheckpointReport{"ck/3", 3}, "ck/3");
              }),
              HasSubstr("the checkpoints \"ck\" and \"ck/3\" are one within the other"));
  trial.Take(CheckpointReport{"ck-3/a", 3}, "ck-3/a");
  trial.Take(Epoch(4), 0);
  EXPECT_THAT(Refusal([&] {
                trial.Take(CheckpointReport{"ck-3", 4}, "ck-3");
              }),
              HasSubstr("the checkpoints \"ck-3/a\" and \"ck-3\" are one within the other"));
  trial.Take(CheckpointReport{"ck-3/b", 4}, "ck-3/b");
}

}  // namespace
}  // namespace lrsweep
