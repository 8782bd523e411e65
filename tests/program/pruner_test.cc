// Searches by rungs through the real program: the same database however it is trained.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_fixture.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class PrunerTest : public RunTest {
 protected:
  void WriteSearch(const std::string& pruner) {
    folder_.Write(
        "s.yaml",
        "name: s\ndataset: {name: " + images_.path().string() +
            "}\nmodel: {hidden: [16]}\n"
            "training: {epochs: 9, batch_size: 32, seed: {grid: [0, 1]}}\n"
            "optimizer: {lr: {grid: [0.01, 0.1, 1.0e+20]}, momentum: 0.9}\n"
            "scheduler:\n"
            "  - {type: CosineAnnealingLR, T_max: run, interval: step}\n"
            "  - {type: WSD, num_warmup_steps: 10%, num_decay_steps: {grid: [20%, 40%]}}\n"
            "  - {type: ConstantLR, factor: 1.0}\n" +
            pruner);
  }

  /// All that a database says, times and attempts left out.
  std::string Everything(const std::string& db) {
    return Numbers(db) +
           RunShell(InFolder("sqlite3 " + db +
                             " \"SELECT number, trial_id, state, error, params, epochs_done, "
                             "diverged, shared_epochs, in_space, point, budget, rung, bracket, "
                             "stopped_by, promoted, objective_value FROM trials ORDER BY number; "
                             "SELECT trial_id, epoch, trained_by FROM epochs ORDER BY 1, 2; "
                             "SELECT place, group_id, n, mean, budget FROM groups; "
                             "SELECT count(*) FROM checkpoints\""))
               .output;
  }

  void ExpectSameDatabase() {
    ASSERT_EQ(Run(0, "--quiet --db alone.db").status, 0);
    const std::string expected = Everything("alone.db");
    EXPECT_THAT(expected, HasSubstr("completed"));
    for (const char* workers : {"1", "2", "4"}) {
      const std::string db = std::string("w") + workers + ".db";
      EXPECT_EQ(Run(0, "--quiet --workers " + std::string(workers) + " --db " + db).status, 0);
      EXPECT_TRUE(Everything(db) == expected) << workers;
    }
    int status = 137;
    for (double seconds = 0.05; status == 137 && seconds < 30; seconds *= 1.3) {
      status = RunShell(InFolder("timeout -s KILL " + std::to_string(seconds) +
                                 " " LRSWEEP_PROGRAM " run s.yaml --quiet --db killed.db"))
                   .status;
    }
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(Everything("killed.db") == expected);
  }
};

TEST_F(PrunerTest, HalvingGivesTheSameDatabaseFromAnyWorkersAndWithKills) {
  WriteSearch("pruner: {type: SuccessiveHalving, grace_period: 3}\n");
  ExpectSameDatabase();
}

TEST_F(PrunerTest, HyperbandGivesTheSameDatabaseFromAnyWorkersAndWithKills) {
  WriteSearch("pruner: {type: Hyperband, rung_seeds: 1}\n");
  ExpectSameDatabase();
}

TEST_F(PrunerTest, WithoutThePrunerTheSweepIsContinuedToTheFullOne) {
  WriteSearch("pruner: {type: SuccessiveHalving, grace_period: 3}\n");
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  WriteSearch("");
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  ASSERT_EQ(Run(0, "--quiet --db fresh.db").status, 0);
  const std::string ranking = "SELECT place, trial_id, value, budget FROM ranking ORDER BY place";
  EXPECT_EQ(Sql(ranking), RunShell(InFolder("sqlite3 fresh.db \"" + ranking + "\"")).output);
  WriteSearch("pruner: {type: SuccessiveHalving, grace_period: 3}\n");
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  ASSERT_EQ(Run(0, "--quiet --db searched.db").status, 0);
  EXPECT_EQ(Sql(ranking), RunShell(InFolder("sqlite3 searched.db \"" + ranking + "\"")).output);
}

TEST_F(PrunerTest, PlanPrintsTheRungsAndStatusHowFarTheyAre) {
  WriteSearch("pruner: {type: SuccessiveHalving, grace_period: 3}\n");
  // 12 points with two seeds: 24 trials of 3 epochs, and 8 of 9.
  EXPECT_THAT(Lrsweep("plan s.yaml").output,
              AllOf(HasSubstr("s: 12 points, 32 trials\n"),
                    HasSubstr("rung  epochs  points  seeds  trials  all epochs\n"
                              "   0       3      12      2      24          72\n"
                              "   1       9       4      2       8          72\n"
                              "144 epochs in all, 67% of the 216 of the full sweep\n"),
                    HasSubstr("the search chooses on the test set")));
  EXPECT_THAT(RunShell(InFolder(LRSWEEP_PROGRAM " plan s.yaml --json 2>&-")).output,
              HasSubstr(R"("rungs":[{"bracket":0,"budget":3,"epochs":72,"points":12,"rung":0,)"
                        R"("seeds":2,"trials":24},)"));
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  EXPECT_THAT(Lrsweep("status s.db").output,
              AllOf(HasSubstr("rung  epochs  points  trials  ended\n"),
                    HasSubstr("   0       3      12      24     24\n"),
                    HasSubstr("   1       9       4       8      8\n")));
  EXPECT_THAT(Lrsweep("top s.db --by group").output, HasSubstr("budget"));
}

TEST_F(PrunerTest, ScheduleThatCannotBeShortenedIsFoundBeforeAnythingIsTrained) {
  WriteSearch("pruner: {type: SuccessiveHalving}\n");
  const ProgramResult plan =
      Lrsweep("plan s.yaml --set scheduler='{type: StepLR, step_size: 20%}'");
  EXPECT_EQ(plan.status, 2);
  EXPECT_THAT(plan.output, HasSubstr("on the pruner's rung of 1 epoch:"));
}

TEST_F(PrunerTest, LintSaysWhichNumbersDoNotShrink) {
  WriteSearch("pruner: {type: SuccessiveHalving, grace_period: 3}\n");
  EXPECT_THAT(Lrsweep("plan s.yaml --set scheduler='{type: StepLR, step_size: 3}'").output,
              HasSubstr("step_size is 3 epochs whatever the budget, so the schedule is cut on the "
                        "rung of 3 epochs, not shortened: write it as 34%, which follows the run"));
  EXPECT_THAT(Lrsweep("plan s.yaml").output, Not(HasSubstr("whatever the budget")));
}

}  // namespace
}  // namespace lrsweep
