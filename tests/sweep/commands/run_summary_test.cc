#include "sweep/commands/run_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/program.h"

namespace lrsweep {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A sweep of one trial that completed.
SweepState One() {
  SweepState state;
  state.name = "s";
  state.trials = state.completed = 1;
  Trial trial;
  trial.id = "0123456789abcdef";
  trial.scheduler = "ConstantLR";
  state.best = {trial, 0.75};
  return state;
}

SweepState Ended(int64_t completed, int64_t stopped, int64_t diverged, int64_t failed) {
  SweepState state;
  state.name = "s";
  state.trials = completed + stopped + failed;
  state.completed = completed;
  state.stopped = stopped;
  state.diverged = diverged;
  state.failed = failed;
  return state;
}

std::string Text(const SweepState& state, bool with_epochs = false) {
  return SummaryText(state, {}, "lrsweep", "s.db", with_epochs);
}

TEST(RunSummaryTest, SaysTheBestAndTheNextCommand) {
  const std::string text = Text(One());
  EXPECT_THAT(text, StartsWith("s: 1 of 1 trial completed in "));
  EXPECT_THAT(text, HasSubstr("; the database is s.db\n"
                              "best: 0123456789abcdef  val_accuracy 0.7500  "));
  EXPECT_THAT(text, EndsWith("\nthe ranking: lrsweep top s.db\n"));
}

TEST(RunSummaryTest, TrialsOfEarlierRunsAreSaid) {
  SweepState state = Ended(3, 0, 0, 1);
  EXPECT_THAT(Text(state), Not(HasSubstr("before")));
  state.ended_before = 2;
  EXPECT_THAT(Text(state), HasSubstr(" s, 1 failed (2 had ended before); the database is s.db\n"));
}

TEST(RunSummaryTest, TheBestIsNamedWithItsLengthWhereLengthsDiffer) {
  SweepState state = One();
  state.best->trial.params = {{"training", Map{{"epochs", 7}}}};
  EXPECT_THAT(Text(state), Not(HasSubstr("epochs=")));
  EXPECT_THAT(Text(state, true), HasSubstr("ConstantLR epochs=7\n"));
}

TEST(RunSummaryTest, SharedEpochsAreSaid) {
  EXPECT_THAT(SummaryText(One(), {12, 12, 3.5, 3.5}, "lrsweep", "s.db"), Not(HasSubstr("trained")));
  EXPECT_THAT(SummaryText(One(), {12, 5, 130.0, 3.5}, "lrsweep", "s.db"),
              HasSubstr("s.db\n12 epochs recorded, 5 trained; 2 min 10 s of training recorded, "
                        "3.5 s trained\nbest: "));
}

TEST(RunSummaryTest, ATieIsSaid) {
  SweepState state = One();
  state.best->tied = 1;
  EXPECT_THAT(Text(state), HasSubstr(" (1 other trial has the same value)\n"));
  state.best->tied = 2;
  EXPECT_THAT(Text(state), HasSubstr(" (2 other trials have the same value)\n"));
}

TEST(RunSummaryTest, WhatDivergedIsNotWhatWasStoppedEarly) {
  EXPECT_THAT(Text(Ended(1, 5, 2, 4)),
              HasSubstr("s, 2 diverged, 3 stopped early, 4 failed; the database"));
  EXPECT_THAT(Text(Ended(1, 2, 2, 0)), Not(HasSubstr("stopped early")));
  EXPECT_THAT(Text(Ended(1, 2, 0, 0)), Not(HasSubstr("diverged")));
}

TEST(RunSummaryTest, WithoutABestItSaysWhy) {
  EXPECT_THAT(
      Text(Ended(0, 3, 3, 0)),
      HasSubstr("\nno trial is the best: every trial that ended diverged, a loss or metric became "
                "NaN or infinite\n"));
  EXPECT_THAT(Text(Ended(0, 1, 1, 0)), HasSubstr(": the one that ended diverged"));
  EXPECT_THAT(Text(Ended(0, 0, 0, 2)), HasSubstr("\nno trial is the best: none completed\n"));
  SweepState never = Ended(2, 0, 0, 0);
  never.objective.metric = "epochs_to(val_accuracy, 0.99)";
  EXPECT_THAT(Text(never), HasSubstr("none has a value of epochs_to(val_accuracy, 0.99)\n"));
}

TEST(RunSummaryTest, AShellReadsTheCommandAsItIsMeant) {
  for (const std::string db : {"a b.db", "it's.db", "$(x).db", "a;b.db", "*.db"}) {
    const std::string text = SummaryText(One(), {}, "/bin/echo", db);
    const std::string command = text.substr(text.find("the ranking: ") + 13);
    EXPECT_EQ(RunShell(command).output, "top " + db + "\n");
  }
  EXPECT_THAT(SummaryText(One(), {}, "lrsweep", "-x.db"), EndsWith(" lrsweep top ./-x.db\n"));
}

TEST(RunSummaryTest, AnInterruptedRunSaysWhatIsKept) {
  EXPECT_EQ(InterruptedText(Ended(1, 0, 0, 0), "s.db"),
            "interrupted: 1 of 1 trial ended; s.db keeps them and the epochs of the others: the "
            "same command continues it");
}

}  // namespace
}  // namespace lrsweep
