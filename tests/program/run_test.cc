// Whole sweeps through the real program and LibTorch, alone and in ranks of a plain mpirun, on a
// small data set. Those of `run --workers` are in workers_test.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "tests/support/run_fixture.h"

namespace lrsweep {
namespace {

using testing::Each;
using testing::HasSubstr;

TEST_F(RunTest, AloneTrainsEveryTrial) {
  const auto result = Run(0, "");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("[10/10]"));
  EXPECT_THAT(result.output, HasSubstr("s: 10 of 10 trials completed"));
  EXPECT_THAT(States("s.db"), Each("completed"));
}

class EngineTest : public RunTest, public testing::WithParamInterface<const char*> {};

TEST_P(EngineTest, EveryNumberOfRanksGivesTheSameNumbers) {
  const std::string options = std::string("--quiet --engine ") + GetParam() + " --db ";
  EXPECT_EQ(Run(0, options + "alone.db").status, 0);
  const std::string expected = Numbers("alone.db");
  EXPECT_GT(expected.size(), 20'000U);
  for (const int ranks : {1, 2, 4}) {
    const std::string db = std::to_string(ranks) + ".db";
    const auto result = Run(ranks, options + db);
    EXPECT_EQ(result.status, 0) << result.output;
    EXPECT_EQ(result.output, "");
    EXPECT_TRUE(Numbers(db) == expected) << ranks << " ranks give other numbers";
  }
}

TEST_P(EngineTest, IsStoredWithTheSweepAndItsAttempts) {
  EXPECT_EQ(Run(0, std::string("--quiet --engine ") + GetParam()).status, 0);
  EXPECT_EQ(Sql("SELECT engine FROM sweep UNION ALL SELECT DISTINCT engine FROM attempts"),
            std::string(GetParam()) + "\n" + GetParam() + "\n");
}

INSTANTIATE_TEST_SUITE_P(Engines, EngineTest, testing::Values(LRSWEEP_ENGINES));

TEST_F(RunTest, FinishedSweepIsOneFile) {
  Run(2, "--quiet");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "s.db"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "s.db-wal"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "s.db-shm"));
}

TEST_F(RunTest, RanksShareTheWork) {
  // Long enough for the second worker to be ready before the first has done everything.
  Run(3, "--quiet --set training.epochs=500");
  EXPECT_EQ(Sql("SELECT DISTINCT worker FROM attempts ORDER BY 1"), "1\n2\n");
}

TEST_F(RunTest, VerbosePrintsEveryEpoch) {
  const auto result = Run(0, "--verbose");
  EXPECT_THAT(result.output, HasSubstr("epoch 3/3  train_loss "));
}

TEST_F(RunTest, SweepOfOneTrialPrintsItsEpochs) {
  WriteConfig("{epochs: 2}");
  const auto result = Run(0, "--set 'scheduler={type: StepLR, step_size: 1}'");
  EXPECT_THAT(result.output, HasSubstr("epoch 2/2  train_loss "));
}

TEST_F(RunTest, ImagesHeldBackAreNotTrainedOn) {
  // 500 images, of which 100 are held back: 400 / 32 makes 13 steps an epoch in place of 16.
  EXPECT_EQ(Run(2, "--quiet --set dataset.validation=100").status, 0);
  EXPECT_EQ(Sql("SELECT DISTINCT steps_done FROM epochs"), "13\n26\n39\n");
  EXPECT_THAT(Run(0, "--quiet --db x.db --set dataset.validation=500").status, 2);
}

TEST_F(RunTest, RangeTestSuggestsRates) {
  EXPECT_EQ(Run(0,
                "--quiet --set 'scheduler={type: LRRangeTest, start_lr: 0.0001, end_lr: 10, "
                "num_iter: run}'")
                .status,
            0);
  EXPECT_THAT(Lrsweep("top s.db").output, HasSubstr(": steepest descent at lr "));
  EXPECT_THAT(Lrsweep("top s.db --json").output, HasSubstr("\"steepest_lr\": "));
}

TEST_F(RunTest, DivergedTrialsRankLastAndTheSweepEndsWell) {
  const auto result = Run(2,
                          "--set 'scheduler={type: StepLR, step_size: 9, gamma: {grid: [1, 1e30]}, "
                          "interval: step}'");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("2 diverged"));
  EXPECT_EQ(Sql("SELECT place, value IS NULL, json_extract(params, '$.scheduler.gamma') > 1 "
                "FROM ranking WHERE value IS NULL ORDER BY place"),
            "3|1|1\n4|1|1\n");
}

TEST_F(RunTest, MistakeUnderMpirunIsSaidOnceAndEndsAllRanks) {
  const auto result = Run(3, "--set training.epochs=0");
  EXPECT_EQ(result.status, 2);
  const std::string sentence = "lrsweep: --set training.epochs=0: ";
  const size_t first = result.output.find(sentence);
  EXPECT_NE(first, std::string::npos) << result.output;
  EXPECT_EQ(result.output.find(sentence, first + 1), std::string::npos);
}

class InterruptTest : public RunTest {
 protected:
  InterruptTest() { WriteConfig("{epochs: 2000, batch_size: 1}"); }

  /// Starts a run, waits until a trial is recorded as running, and ends it by `kill_command`.
  ProgramResult Interrupt(const std::string& launch, const std::string& kill_command,
                          const std::string& options = "") {
    return RunShell(InFolder(
        "(" + launch + LRSWEEP_PROGRAM " run s.yaml --quiet" + options +
        ") & job=$!; "
        "for i in $(seq 200); do sleep 0.05; "
        "[ -e s.db ] && [ $(sqlite3 s.db 'SELECT count(*) FROM epochs') -gt 0 ] && break; done; " +
        kill_command + "; wait $job"));
  }
};

TEST_F(InterruptTest, TerminateSavesWhatIsThereAndSaysWorkIsLeft) {
  const auto result = Interrupt("exec ", "kill -TERM $job");
  EXPECT_EQ(result.status, 75) << result.output;
  EXPECT_THAT(States("s.db"), Each("pending"));
}

TEST_F(InterruptTest, ASecondInterruptEndsItAtOnceAndTheDatabaseStaysGood) {
  // Long epochs: the first interrupt alone would wait for the end of one.
  const auto result = Interrupt("exec ", "kill -INT $job; sleep 0.05; kill -INT $job",
                                " --set 'model.hidden=[4096, 256]'");
  EXPECT_EQ(result.status, 128 + SIGINT) << result.output;
  EXPECT_EQ(Sql("PRAGMA integrity_check"), "ok\n");
  EXPECT_EQ(Lrsweep("status --exit-code s.db").status, 75);
}

TEST_F(InterruptTest, MpirunPassesTheWarningOfATimeLimitOn) {
  const auto result =
      Interrupt("exec " + Mpirun(3), "kill -USR1 $(cat /proc/$job/task/$job/children)");  // mpirun
  EXPECT_EQ(result.status, 75) << result.output;
  EXPECT_THAT(States("s.db"), Each("pending"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "s.db-wal"));
}

TEST_F(InterruptTest, MpirunEndsAllRanksInTime) {
  const auto result = Interrupt("exec " + Mpirun(3), "kill -INT $job");
  EXPECT_NE(result.status, 124) << "killed by its time limit: " << result.output;
  EXPECT_THAT(States("s.db"), Each("pending"));
}

}  // namespace
}  // namespace lrsweep
