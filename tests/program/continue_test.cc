// The same command again: what is done stays, what is left goes on where it was.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/run_fixture.h"
#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Not;

class ContinueTest : public RunTest {};

TEST_F(ContinueTest, StoppedByTheClockItGoesOnToTheSameBits) {
  WriteConfig("{epochs: 2000, batch_size: 32}");
  EXPECT_EQ(Run(0, "--quiet --db whole.db").status, 0);
  int status = 75;
  for (double seconds = 0.1; status == 75 && seconds < 30; seconds *= 1.2) {
    status = Run(0, "--quiet --max-wall-time " + std::to_string(seconds)).status;
  }
  EXPECT_EQ(status, 0);
  EXPECT_NE(Sql("SELECT count(*) FROM attempts WHERE first_epoch > 1"), "0\n");
  EXPECT_TRUE(Numbers("s.db") == Numbers("whole.db"));
  EXPECT_EQ(Sql("SELECT count(*) FROM checkpoints"), "0\n");
}

TEST_F(ContinueTest, OtherRankCountsGoOnToTheSameBits) {
  WriteConfig("{epochs: 300, batch_size: 32}");
  EXPECT_EQ(Run(0, "--quiet --db whole.db").status, 0);
  Run(0, "--quiet --max-wall-time 0.4");
  Run(2, "--quiet --max-wall-time 0.4");
  EXPECT_EQ(Run(3, "--quiet").status, 0);
  EXPECT_TRUE(Numbers("s.db") == Numbers("whole.db"));
}

TEST_F(ContinueTest, TestMetricsBesideHeldBackImagesGoOnToTheSameBits) {
  WriteConfig("{epochs: 2000, batch_size: 32}");
  const std::string held_back = "--quiet --set dataset.validation=100 ";
  EXPECT_EQ(Run(3, held_back + "--db whole.db").status, 0);
  int status = 75;
  for (double seconds = 0.1; status == 75 && seconds < 30; seconds *= 1.2) {
    status = Run(0, held_back + "--max-wall-time " + std::to_string(seconds)).status;
  }
  EXPECT_EQ(status, 0);
  EXPECT_NE(Sql("SELECT count(*) FROM attempts WHERE first_epoch > 1"), "0\n");
  EXPECT_EQ(Sql("SELECT count(*) - count(test_accuracy) FROM epochs"), "0\n");
  EXPECT_TRUE(Numbers("s.db") == Numbers("whole.db"));
}

/// Makes s.db what the layout of lrsweep before the metrics of the test images was.
constexpr const char* kToTheLayoutBefore =
    "DROP VIEW metrics; ALTER TABLE epochs DROP COLUMN test_loss; "
    "ALTER TABLE epochs DROP COLUMN test_accuracy; DROP TABLE retired_checkpoints; PRAGMA "
    "user_version = 5";

TEST_F(ContinueTest, ADatabaseWithoutTestMetricsGetsThemFromItsNextEpochsOn) {
  WriteConfig("{epochs: 3, batch_size: 32}");
  const std::string held_back = "--quiet --set dataset.validation=100 ";
  EXPECT_EQ(Run(0, "--no-share " + held_back).status, 0);
  Sql(kToLayout6);
  Sql(kToTheLayoutBefore);
  EXPECT_THAT(Lrsweep("top s.db").output, Not(HasSubstr("test_")));
  EXPECT_EQ(Lrsweep("verify s.db --all").status, 0);
  EXPECT_EQ(Run(0, held_back + "--set 'training.seed={grid: [0, 1]}'").status, 0);
  EXPECT_EQ(Sql("SELECT seed, count(test_loss), count(*) FROM epochs JOIN trials USING (trial_id) "
                "GROUP BY seed"),
            "0|0|15\n1|15|15\n");
  EXPECT_EQ(Sql("SELECT count(*) FROM metrics WHERE name = 'test_accuracy'"), "15\n");
  EXPECT_THAT(Lrsweep("top s.db").output, HasSubstr("val_accuracy  test_accuracy"));
  EXPECT_EQ(Lrsweep("verify s.db --all").status, 0);
  for (const char* command :
       {"show s.db $(sqlite3 s.db 'SELECT trial_id FROM trials LIMIT 1')", "compare s.db s.db",
        "status s.db", "report s.db", "export s.db --to csv --table epochs"}) {
    EXPECT_EQ(Lrsweep(command).status, 0) << command;
  }
}

TEST_F(ContinueTest, AFinishedSweepIsOnlySummedUp) {
  Run(0, "--quiet");
  const std::string attempts = Sql("SELECT * FROM attempts");
  const auto again = Run(0, "");
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.output, HasSubstr("s: 10 of 10 trials completed"));
  EXPECT_EQ(Sql("SELECT * FROM attempts"), attempts);
}

TEST_F(ContinueTest, OnlyNewPointsAreTrainedAndOldOnesLeaveTheRanking) {
  Run(0, "--quiet");
  const auto changed = Run(0, "--set 'training.seed={grid: [1, 2]}'");
  EXPECT_EQ(changed.status, 0);
  EXPECT_THAT(changed.output, HasSubstr("5 trials new in the configuration"));
  EXPECT_THAT(changed.output, HasSubstr("5 trials no longer in the configuration"));
  EXPECT_EQ(Sql("SELECT count(*), sum(in_space) FROM trials"), "15|10\n");
  EXPECT_EQ(Sql("SELECT count(*) FROM attempts"), "15\n");
  EXPECT_EQ(Sql("SELECT min(seed), max(seed) FROM ranking"), "1|2\n");
}

TEST_F(ContinueTest, AnotherEngineIsRefused) {
  Run(0, "--quiet --engine cpu");
  const auto other = Run(0, "--engine torch");
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.output, HasSubstr("trained by the engine cpu, not torch"));
}

TEST_F(ContinueTest, OtherDataIsRefused) {
  Run(0, "--quiet");
  const std::string before = folder_.Read("s.db");
  images_.Write("t10k-labels-idx1-ubyte", images_.Read("train-labels-idx1-ubyte"));
  images_.Write("t10k-images-idx3-ubyte", images_.Read("train-images-idx3-ubyte"));
  const auto other = Run(0, "");
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.output, HasSubstr("trained on other data (SHA-256 "));
  EXPECT_TRUE(folder_.Read("s.db") == before);
}

TEST_F(ContinueTest, ASecondWriterIsRefused) {
  WriteConfig("{epochs: 3000, batch_size: 8}");
  const auto result = RunShell(InFolder(
      LRSWEEP_PROGRAM
      " run s.yaml --quiet & first=$!; "
      "for i in $(seq 200); do sleep 0.02; [ -e s.db ] && break; done; sleep 0.2; " LRSWEEP_PROGRAM
      " run s.yaml --quiet; echo second $?; kill -INT $first; wait $first; echo first $?"));
  EXPECT_THAT(result.output, HasSubstr("is being written by another lrsweep"));
  EXPECT_THAT(result.output, HasSubstr("second 74"));
  EXPECT_THAT(result.output, HasSubstr("first 75"));
}

TEST_F(ContinueTest, AFolderThatCannotBeWrittenIsReadAndGetsNoHalfDatabase) {
  Run(0, "--quiet");
  // Root may write anywhere.
  const std::string as_nobody =
      geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
  const auto run = [&](const std::string& words) {
    return RunShell("chmod 755 " + images_.path().string() + "; " +
                    InFolder("chmod 555 .; " + as_nobody + LRSWEEP_PROGRAM " " + words +
                             "; status=$?; chmod 755 .; exit $status"));
  };
  const auto top = run("top s.db");
  EXPECT_EQ(top.status, 0) << top.output;
  EXPECT_THAT(top.output, HasSubstr("val_accuracy"));
  const auto made = run("run s.yaml --db new.db");
  EXPECT_EQ(made.status, 74);
  EXPECT_THAT(made.output, HasSubstr("cannot create new.db: Permission denied"));
  const auto continued = run("run s.yaml --set training.epochs=4");
  EXPECT_EQ(continued.status, 74);
  EXPECT_THAT(continued.output, HasSubstr("cannot write s.db: Permission denied"));
  EXPECT_EQ(RunShell(InFolder("ls -A")).output, "s.db\ns.yaml\n");
}

TEST_F(ContinueTest, AFileThatIsNoSweepsIsNotTouched) {
  folder_.Write("s.db", "precious");
  const auto result = Run(0, "");
  EXPECT_EQ(result.status, 74);
  EXPECT_THAT(result.output, HasSubstr("s.db"));
  EXPECT_EQ(folder_.Read("s.db"), "precious");
}

TEST_F(ContinueTest, ANewerDatabaseIsRefusedAndStaysAsItIs) {
  Run(0, "--quiet");
  Sql("PRAGMA user_version = 1000");
  const std::string before = folder_.Read("s.db");
  const auto newer = Run(0, "");
  EXPECT_EQ(newer.status, 74);
  EXPECT_THAT(newer.output, HasSubstr("was made by a newer lrsweep"));
  EXPECT_TRUE(folder_.Read("s.db") == before);
}

TEST_F(ContinueTest, StatusTellsTheSweepsExitStatus) {
  WriteConfig("{epochs: 3000, batch_size: 8}");
  Run(0, "--quiet --max-wall-time 0.5");
  EXPECT_EQ(Lrsweep("status s.db --exit-code").status, 75);
  EXPECT_EQ(Lrsweep("status s.db").status, 0);
  WriteConfig("{epochs: 2}");
  Run(0, "--quiet --db done.db");
  EXPECT_EQ(Lrsweep("status done.db --exit-code").status, 0);
}

TEST_F(ContinueTest, LauncherGivesTheTrueStatus) {
  EXPECT_EQ(Run(0, "--quiet --db alone.db").status, 0);
  const auto result = RunShell(
      InFolder("timeout --foreground 100 " LRSWEEP_PROGRAM " run s.yaml --workers 2 --quiet"));
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output, "");  // Open MPI has nothing to complain of either
  EXPECT_TRUE(Numbers("s.db") == Numbers("alone.db"));
  EXPECT_EQ(RunShell(InFolder("timeout --foreground 100 " LRSWEEP_PROGRAM
                              " run s.yaml --workers 2 --set training.epochs=0"))
                .status,
            2);
}

TEST_F(ContinueTest, WithoutRecoveryTheUserIsTold) {
  EXPECT_THAT(Run(2, "").output, HasSubstr("launched without recovery"));
  EXPECT_THAT(Run(0, "--db alone.db").output, Not(HasSubstr("recovery")));
}

}  // namespace
}  // namespace lrsweep
