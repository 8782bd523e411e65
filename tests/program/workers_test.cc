// Whole sweeps by `run --workers N`, whose workers are forked, or launched by mpirun.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/run_fixture.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

/// The parameter is the word of --launcher.
class WorkersTest : public RunTest, public testing::WithParamInterface<const char*> {
 protected:
  /// For a bash that knows how mpirun may be called here; ended after 100 s.
  ProgramResult RunWorkers(int64_t workers, const std::string& options) {
    return RunShell(InFolder(". " LRSWEEP_SOURCE_DIR "/scripts/mpi-env; exec timeout --foreground "
                             "--kill-after=5 100 " +
                             Command(workers, options)));
  }
  static std::string Command(int64_t workers, const std::string& options) {
    return LRSWEEP_PROGRAM " run s.yaml --workers " + std::to_string(workers) + " --launcher " +
           GetParam() + " " + options;
  }

  /// Starts a long run with two workers, waits until epochs are recorded, runs `strike`, in which
  /// $job is the launcher, and returns what the run said and its status.
  ProgramResult Disturb(const std::string& strike) {
    WriteConfig("{epochs: 2000, batch_size: 1}");
    return RunShell(InFolder(
        ". " LRSWEEP_SOURCE_DIR "/scripts/mpi-env; " + Command(2, "--quiet") +
        " & job=$!; for i in $(seq 400); do sleep 0.05; "
        "[ -e s.db ] && [ $(sqlite3 s.db 'SELECT count(*) FROM epochs') -gt 0 ] && break; done; " +
        strike + "; wait $job"));
  }
};

TEST_P(WorkersTest, GiveTheNumbersOfALoneProcess) {
  EXPECT_EQ(Run(0, "--quiet --db alone.db").status, 0);
  const std::string expected = Numbers("alone.db");
  EXPECT_GT(expected.size(), 20'000U);
  for (const int workers : {1, 3}) {
    const std::string db = std::to_string(workers) + ".db";
    const auto result = RunWorkers(workers, "--quiet --db " + db);
    EXPECT_EQ(result.status, 0) << result.output;
    EXPECT_EQ(result.output, "");
    EXPECT_TRUE(Numbers(db) == expected) << workers << " workers give other numbers";
    EXPECT_FALSE(std::filesystem::exists(folder_ / (db + "-wal")));
  }
}

TEST_P(WorkersTest, ShareTheWorkAndAreNumberedFromOne) {
  // Long enough for the second worker to be ready before the first has done everything.
  EXPECT_EQ(RunWorkers(2, "--quiet --set training.epochs=500").status, 0);
  EXPECT_EQ(Sql("SELECT DISTINCT worker FROM attempts ORDER BY 1"), "1\n2\n");
}

TEST_P(WorkersTest, PrintTheProgressAndTheSummaryOnce) {
  const auto result = RunWorkers(2, "");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, AllOf(HasSubstr("[10/10]"), HasSubstr("10 of 10 trials completed"),
                                   Not(HasSubstr("recovery"))));
  EXPECT_EQ(result.output.find("trials completed"), result.output.rfind("trials completed"));
}

TEST_P(WorkersTest, SayAMistakeOnce) {
  const auto result = RunWorkers(2, "--set training.epochs=0");
  EXPECT_EQ(result.status, 2);
  const std::string sentence = "lrsweep: --set training.epochs=0: ";
  EXPECT_THAT(result.output, HasSubstr(sentence));
  EXPECT_EQ(result.output.find(sentence), result.output.rfind(sentence));
}

TEST_P(WorkersTest, HandOverCheckpointsWhenTheLauncherIsTold) {
  const auto result = Disturb("kill -TERM $job");
  EXPECT_EQ(result.status, 75) << result.output;
  EXPECT_THAT(States("s.db"), Each("pending"));
  EXPECT_NE(Sql("SELECT count(*) FROM checkpoints"), "0\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "s.db-wal"));
}

TEST_P(WorkersTest, AreLaunchedAgainWhereTheCoordinatorDies) {
  // Of the processes below the launcher the coordinator is the only one with the database open.
  const auto result = Disturb(
      "kill -KILL $(for p in /proc/[0-9]*; do ls -l $p/fd 2>/dev/null | grep -q \" $PWD/s.db$\" && "
      "echo ${p#/proc/}; done); for i in $(seq 400); do sleep 0.05; [ $(sqlite3 s.db \"SELECT "
      "count(*) FROM attempts WHERE error = 'its sweep broke off'\") -gt 0 ] && break; done; "
      "sleep 0.2; kill -USR1 $job");
  EXPECT_EQ(result.status, 75) << result.output;
  // MPICH's mpirun does not say whose end made it end all.
  EXPECT_THAT(result.output,
              ContainsRegex("(the coordinator .*|a rank died.*); launching again \\(1 of 3\\)"));
}

INSTANTIATE_TEST_SUITE_P(Launchers, WorkersTest, testing::Values(LRSWEEP_LAUNCHERS),
                         [](const auto& launcher) { return std::string(launcher.param); });

class ForkedRunTest : public RunTest {};

TEST_F(ForkedRunTest, NeedsNoMpi) {
  // Without the plug-in beside it, and without an mpirun to be found.
  const auto result = RunShell(InFolder("cp " LRSWEEP_PROGRAM
                                        " . && PATH=/nonexistent ./lrsweep run s.yaml --workers 2 "
                                        "--quiet --engine cpu"));
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(States("s.db"), Each("completed"));
}

TEST_F(ForkedRunTest, NeedsNoTemporaryFolder) {
  const auto result =
      RunShell(InFolder("TMPDIR=/dev/null " LRSWEEP_PROGRAM " run s.yaml --workers 1 --quiet"));
  EXPECT_EQ(result.status, 0) << result.output;
}

TEST_F(ForkedRunTest, SaysHowAWorkerEnded) {
  WriteConfig("{epochs: 2000, batch_size: 1}");
  // Waits until a query of the database finds something.
  const std::string wait =
      "wait_for() { for i in $(seq 400); do sleep 0.02; [ -e s.db ] && "
      "[ $(sqlite3 s.db \"SELECT count(*) FROM attempts WHERE $1\") -gt 0 ] && break; done; }; ";
  const auto result =
      RunShell(InFolder(wait + "ulimit -c 0; " LRSWEEP_PROGRAM
                               " run s.yaml --quiet --workers 2 & job=$!; wait_for 'worker = 1'; "
                               "coordinator=$(tr -d ' ' < /proc/$job/task/$job/children); "
                               "for p in $(cat /proc/$coordinator/task/$coordinator/children); do "
                               "grep -q '^lrsweep-1$' /proc/$p/comm && kill -SEGV $p; done; "
                               "wait_for \"outcome = 'lost'\"; kill -USR1 $job; wait $job"));
  EXPECT_EQ(result.status, 75) << result.output;
  EXPECT_THAT(Sql("SELECT error FROM attempts WHERE outcome = 'lost'"),
              AllOf(HasSubstr("worker 1 on "), HasSubstr("its process was ended by SIGSEGV\n")));
}

TEST_F(ForkedRunTest, SaysWhichOptionsContradictEachOther) {
  const auto hosts = Lrsweep("run s.yaml --workers 2 --launcher fork --hostfile hosts");
  EXPECT_EQ(hosts.status, 2);
  EXPECT_THAT(hosts.output, HasSubstr("leave out --hostfile, or take --launcher mpirun"));
  EXPECT_EQ(Lrsweep("run s.yaml --workers 2 --launcher fork -- -v").status, 2);
  EXPECT_EQ(Lrsweep("run s.yaml --launcher fork").status, 2);
}

}  // namespace
}  // namespace lrsweep
