// Workers that fail everything, in whole sweeps under mpirun: the program with an executor that can
// be broken (unreliable_main.cc).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_fixture.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

/// A sweep of 60 trials of two epochs.
class BrokenWorkerTest : public RunTest {
 protected:
  BrokenWorkerTest() {
    std::string seeds = "0";
    for (int seed = 1; seed < 12; ++seed) seeds += ", " + std::to_string(seed);
    WriteConfig("{epochs: 2, seed: {grid: [" + seeds + "]}}");
  }

  /// `setting`: a variable of unreliable_main.cc; `launch`: "" or the beginning of an mpirun
  /// command.
  ProgramResult RunUnreliable(const std::string& setting, const std::string& launch,
                              const std::string& options) {
    return RunShell(InFolder("export " + setting + "; timeout --foreground 100 " + launch +
                             LRSWEEP_UNRELIABLE " run s.yaml " + options));
  }

  const std::string broken_ =
      " (cpu) gets no trials any more: its last 3 trials failed before their first epoch, "
      "while another worker could train: its driver is gone";
};

TEST_F(BrokenWorkerTest, AWorkerThatFailsEverythingFailsNoTrialOfTheSweep) {
  const auto result = RunUnreliable("LRSWEEP_BROKEN_WORKER=2", "", "--workers 3");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT("\n" + result.output,
              AllOf(HasSubstr("\nworker 2 on "), HasSubstr("lrsweep: worker 2 on "),
                    HasSubstr(broken_), HasSubstr("60 of 60 trials completed")));
  EXPECT_THAT(States("s.db"), Each("completed"));
  EXPECT_THAT(Lrsweep("status s.db").output, AllOf(HasSubstr("worker 2 on "), HasSubstr(broken_)));
  EXPECT_NE(Sql("SELECT count(*) FROM attempts WHERE worker = 2 AND outcome = 'interrupted'"),
            "0\n");
}

TEST_F(BrokenWorkerTest, WhereEveryWorkerFailsEverythingTheTrialsAreFailed) {
  const auto result = RunUnreliable("LRSWEEP_BROKEN_WORKER=all", "", "--workers 2");
  EXPECT_EQ(result.status, 1) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("60 failed"), Not(HasSubstr("gets no trials"))));
  EXPECT_EQ(Sql("SELECT DISTINCT error FROM trials"), "its driver is gone\n");
}

TEST_F(BrokenWorkerTest, AWorkerWithAnUnusableExecutorEndsAndItsTrialsGoElsewhere) {
  const auto result = RunUnreliable("LRSWEEP_UNUSABLE_WORKER=2", "", "--workers 3");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("lrsweep: worker 2 can train nothing any more: its device failed\n"),
                    HasSubstr(" (cpu) gets no trials any more: its device failed\n"),
                    Not(HasSubstr("launching again"))));
  EXPECT_THAT(States("s.db"), Each("completed"));
  EXPECT_EQ(Sql("SELECT count(*) FROM attempts WHERE outcome = 'lost' AND worker = 2"), "1\n");
  EXPECT_EQ(Sql("SELECT count(*) FROM attempts WHERE outcome = 'failed'"), "0\n");
}

TEST_F(BrokenWorkerTest, WithoutRecoveryAnUnusableExecutorDoesNotEndTheOtherRanks) {
  const auto result = RunUnreliable("LRSWEEP_UNUSABLE_WORKER=1", Mpirun(3), "");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr(" (cpu) gets no trials any more: its device failed\n"));
  EXPECT_THAT(States("s.db"), Each("completed"));
}

TEST_F(BrokenWorkerTest, ALoneProcessEndsWithTheReasonAndWorkLeft) {
  const auto result = RunUnreliable("LRSWEEP_UNUSABLE_WORKER=0", "", "--quiet");
  EXPECT_EQ(result.status, 75) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("gets no trials any more: its device failed\n"),
                                   HasSubstr("the same command continues it")));
  EXPECT_THAT(States("s.db"), Each("pending"));
  EXPECT_EQ(RunUnreliable("LRSWEEP_UNUSABLE_WORKER=none", "", "--quiet").status, 0);
  EXPECT_THAT(States("s.db"), Each("completed"));
}

TEST_F(BrokenWorkerTest, VerifyEndsWithTheReasonAndBlamesNoTrial) {
  ASSERT_EQ(RunUnreliable("LRSWEEP_UNUSABLE_WORKER=none", "", "--quiet").status, 0);
  const auto result =
      RunShell(InFolder("LRSWEEP_UNUSABLE_WORKER=all " LRSWEEP_UNRELIABLE " verify s.db --all"));
  EXPECT_EQ(result.status, 74);
  EXPECT_EQ(result.output, "lrsweep: nothing can be trained any more: its device failed\n");
}

TEST_F(BrokenWorkerTest, PackSizesAreAtLeastOne) {
  const auto result = Lrsweep("run s.yaml --pack-size 0");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, HasSubstr("--pack-size: expected an integer"));
}

}  // namespace
}  // namespace lrsweep
