#include "worker/command/command_executor.h"

#include <cmath>

#include "tests/worker/command/executor_fixture.h"
#include "worker/command/trial_folder.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(ExecutorTest, RunsAProgramThatReportsEveryEpoch) {
  EXPECT_EQ(Run({"epochs", "1", "3"}), "");
  EXPECT_THAT(observer_.EpochNumbers(), ElementsAre(1, 2, 3));
  EXPECT_THAT(observer_.ends, ElementsAre(TrialState::kCompleted));
  const EpochRecord& second = observer_.epochs.at(1);
  EXPECT_EQ(second.steps_done, 8);
  EXPECT_EQ(second.rates.lr, std::vector<double>{0.25});
  EXPECT_EQ(second.rates.momentum, std::vector<double>{0.9});
  EXPECT_EQ(second.metrics, (Metrics{{"val_accuracy", 0.2}}));
  EXPECT_EQ(second.losses.size(), 4);
  EXPECT_TRUE(std::isnan(second.losses.at(0)));
  EXPECT_FALSE(second.diverged);
}

TEST_F(ExecutorTest, TakesAResultWithoutAnEpochAsThatOfTheLastOne) {
  EXPECT_EQ(Run({"print", R"(lrsweep {"val_accuracy": 0.75})"}), "");
  EXPECT_THAT(observer_.EpochNumbers(), ElementsAre(3));
  EXPECT_EQ(observer_.epochs.at(0).steps_done, 12);
  EXPECT_EQ(observer_.epochs.at(0).rates.lr.size(), 12);
  EXPECT_THAT(observer_.ends, ElementsAre(TrialState::kCompleted));
}

TEST_F(ExecutorTest, ReadsTheReportFileToo) {
  EXPECT_EQ(Run({"report", R"({"epoch": 1, "val_accuracy": 0.5})", "report",
                 R"({"epoch": 3, "val_accuracy": 0.6})"}),
            "");
  EXPECT_THAT(observer_.EpochNumbers(), ElementsAre(1, 3));
}

TEST_F(ExecutorTest, ReadsTheLastLineWithoutItsNewlineWhereTheProgramEndedWell) {
  EXPECT_EQ(Run({"half", R"(lrsweep {"val_accuracy": 0.75})"}), "");
  EXPECT_EQ(observer_.epochs.size(), 1);
}

TEST_F(ExecutorTest, IgnoresHalfALineOfAProgramThatFailed) {
  EXPECT_THAT(Run({"half", R"(lrsweep {"val_accuracy": 0.75})", "exit", "3"}),
              StartsWith("the program ended with exit status 3"));
  EXPECT_TRUE(observer_.epochs.empty());
}

TEST_F(ExecutorTest, FailsWithTheEndOfTheOutput) {
  const std::string error = Run({"print", "one", "error", "RuntimeError: no luck", "exit", "1"});
  EXPECT_THAT(error, StartsWith("the program ended with exit status 1; the end of its output:\n"));
  EXPECT_THAT(error, HasSubstr("RuntimeError: no luck"));
  EXPECT_THAT(TextOf("output.log"), HasSubstr("one\n"));
}

TEST_F(ExecutorTest, NamesTheSignalThatEndedAProgram) {
  EXPECT_THAT(Run({"signal", "11"}), StartsWith("the program was ended by SIGSEGV"));
}

TEST_F(ExecutorTest, TakesASignalThatWasMeantForTheWholeSweepAsAStop) {
  int asked = 0;
  observer_.is_stopping = [&asked] { return ++asked > 5; };
  EXPECT_EQ(Run({"epochs", "1", "1", "signal", "15"}), "");
  EXPECT_THAT(observer_.ends, ElementsAre(TrialState::kPending));
  for (const char* status : {"143", "0", "75"}) {  // as handlers of the signal exit
    asked = 0;
    EXPECT_EQ(Run({"epochs", "1", "1", "exit", status}), "") << status;
    EXPECT_EQ(observer_.ends.back(), TrialState::kPending) << status;
  }
}

TEST_F(ExecutorTest, LeavesOutAResultThatComesAfterTheLastEpoch) {
  EXPECT_EQ(Run({"epochs", "1", "3", "print", R"(lrsweep {"test_loss": 0.5})"}), "");
  EXPECT_THAT(observer_.ends, ElementsAre(TrialState::kCompleted));
  EXPECT_EQ(observer_.epochs.size(), 3);
  EXPECT_THAT(TextOf("output.log"), HasSubstr("report all metrics of an epoch together"));
}

TEST_F(ExecutorTest, SaysWhyTheMetricsOfAReportOfProgressAreNotRecorded) {
  EXPECT_EQ(Run({"print", R"(lrsweep {"steps": 2, "val_accuracy": 0.5})", "epochs", "1", "3"}), "");
  EXPECT_THAT(TextOf("output.log"),
              HasSubstr("is of progress: its \"val_accuracy\" is not recorded"));
}

TEST_F(ExecutorTest, FailsByASignalWhereTheSweepGoesOn) {
  EXPECT_THAT(Run({"signal", "15"}), StartsWith("the program was ended by SIGTERM"));
}

TEST_F(ExecutorTest, FailsWhereNoMetricWasReported) {
  EXPECT_EQ(Run({"print", R"(lrsweep {"val_acc": 0.75})"}),
            "the program ended with exit status 0, but reported no val_accuracy; the end of its "
            "output:\nlrsweep {\"val_acc\": 0.75}");
}

TEST_F(ExecutorTest, SaysThatAReportWasInTheMiddleOfALine) {
  EXPECT_THAT(Run({"half", "50% ", "print", R"(lrsweep {"val_accuracy": 0.75})"}),
              HasSubstr("; a report is a line of standard output that begins with \"lrsweep {\"; "
                        "the end of its"));
}

TEST_F(ExecutorTest, FailsWhereAReportBreaksARule) {
  EXPECT_EQ(Run({"print", R"(lrsweep {"epoch": 0, "val_accuracy": 0.75})", "sleep", "60"}),
            "\"epoch\" is 0; expected an integer of at least 1; the report: {\"epoch\": 0, "
            "\"val_accuracy\": 0.75}");
}

TEST_F(ExecutorTest, EndsATrialThatDiverged) {
  EXPECT_EQ(Run({"print", R"(lrsweep {"epoch": 1, "val_accuracy": NaN})", "sleep", "60"}), "");
  EXPECT_TRUE(observer_.epochs.at(0).diverged);
  EXPECT_THAT(observer_.ends, ElementsAre(TrialState::kStopped));
}

TEST_F(ExecutorTest, TellsTheProgramEverything) {
  program_.gpus = 0;
  EXPECT_EQ(Run({"environment", "epochs", "1", "3"}), "");
  const std::string log = TextOf("output.log");
  const std::string folder = program_.trials_folder + "/0123456789abcdef";
  for (const std::string& line : std::vector<std::string>{
           "LRSWEEP_PROTOCOL=1", "LRSWEEP_TRIAL_ID=0123456789abcdef", "LRSWEEP_DIR=" + folder,
           "LRSWEEP_PARAMS_FILE=" + folder + "/params.json", "LRSWEEP_SEED=7", "LRSWEEP_EPOCHS=3",
           "LRSWEEP_EPOCH=0", "LRSWEEP_STEPS_PER_EPOCH=4",
           "LRSWEEP_SCHEDULE=" + folder + "/schedule.csv",
           "LRSWEEP_SCHEDULE_BINARY=" + folder + "/schedule.bin",
           "LRSWEEP_REPORT=" + folder + "/report.jsonl", "LRSWEEP_ANSWER=" + folder + "/answer",
           "CUDA_VISIBLE_DEVICES=", "PYTHONUNBUFFERED=1"}) {
    EXPECT_THAT("\n" + log, HasSubstr("\n" + line + "\n"));
  }
  EXPECT_THAT(log, testing::Not(HasSubstr("LRSWEEP_RESUME")));
  EXPECT_THAT(log, HasSubstr("LRSWEEP_PARAMS=" + TextOf("params.json")));
  EXPECT_THAT(TextOf("params.json"), HasSubstr(R"("params":{"width":64})"));
}

TEST_F(ExecutorTest, FillsThePlaceholdersOfTheCommand) {
  program_.command = {LRSWEEP_TEST_PROGRAM, "half",           "lrsweep {\"val_accuracy\": 1}\n",
                      "arguments",          "{params.width}", "{dir}",
                      "{schedule_file}"};
  EXPECT_EQ(RunCommand(), "");
  EXPECT_THAT(TextOf("output.log"),
              HasSubstr("[64]\n[" + FileOf("").substr(0, FileOf("").size() - 1) + "]\n[" +
                        FileOf("schedule.csv") + "]\n"));
}

TEST_F(ExecutorTest, WritesTheScheduleAndRemovesItWhenTheTrialIsOver) {
  program_.command = {"sh", "-c",
                      "cp \"$LRSWEEP_SCHEDULE\" \"$LRSWEEP_DIR/copy.csv\"; "
                      "cp \"$LRSWEEP_SCHEDULE_BINARY\" \"$LRSWEEP_DIR/copy.bin\"; "
                      "echo 'lrsweep {\"val_accuracy\": 1}'"};
  EXPECT_EQ(RunCommand(), "");
  EXPECT_THAT(TextOf("copy.csv"), StartsWith("step,lr,momentum\n0,0.5,0.9\n1,0.5,0.9\n"));
  EXPECT_THAT(TextOf("copy.csv"), HasSubstr("\n11,0.125,0.9\n"));
  EXPECT_EQ(TextOf("copy.bin").size(), 12 * 16);
  for (const char* gone : {"schedule.csv", "schedule.bin", "report.jsonl", "answer"}) {
    EXPECT_FALSE(Has(gone)) << gone;
  }
  EXPECT_TRUE(Has("output.log"));
  EXPECT_TRUE(Has("params.json"));
}

TEST_F(ExecutorTest, GrowsTheTableOfAScheduleThatFollowsAMetric) {
  SetScheduler({{"type", "ReduceLROnPlateau"},
                {"metric", "val_accuracy"},
                {"mode", "min"},
                {"patience", int64_t{0}}});
  // The rate of each epoch is read from the table, and checked.
  EXPECT_EQ(Run({"asking", "epochs", "1", "3"}), "");
  EXPECT_EQ(observer_.epochs.at(1).rates.lr, std::vector<double>{0.5});
  EXPECT_NEAR(observer_.epochs.at(2).rates.lr.at(0), 0.05, 1e-12);
}

TEST_F(ExecutorTest, FailsAProgramThatAppliesAnotherRate) {
  EXPECT_THAT(
      Run({"print", R"(lrsweep {"epoch": 1, "val_accuracy": 1, "lr": 0.25})", "sleep", "60"}),
      StartsWith("epoch 1: the program applied the rate 0.25 at step 3; the schedule has 0.5 "
                 "there (0.25 is its rate at step 4): the schedule was advanced once too "
                 "often"));
}

TEST_F(ExecutorTest, KeepsUndeclaredMetricsAndIgnoresTexts) {
  EXPECT_EQ(Run({"print", R"(lrsweep {"val_accuracy": 1, "f1/macro": 0.5, "note": "x"})"}), "");
  EXPECT_EQ(observer_.epochs.at(0).metrics, (Metrics{{"val_accuracy", 1}, {"f1/macro", 0.5}}));
  EXPECT_THAT(TextOf("output.log"),
              HasSubstr("lrsweep: the member \"note\" of a report is ignored: it is no number\n"));
}

TEST_F(ExecutorTest, AnswersEachReport) {
  observer_.after_epoch = [](int64_t epoch) {
    return epoch == 2 ? AfterEpoch::kHold : AfterEpoch::kCheckpoint;
  };
  program_.grace_seconds = 20;
  EXPECT_EQ(Run({"asking", "epochs", "1", "3", "sleep", "60"}), "");
  EXPECT_THAT(observer_.EpochNumbers(), ElementsAre(1, 2));
  EXPECT_THAT(observer_.ends, ElementsAre(TrialState::kPending));
}

TEST_F(ExecutorTest, EndsAProgramThatDoesNotAsk) {
  observer_.after_epoch = [](int64_t) { return AfterEpoch::kEnd; };
  EXPECT_EQ(Run({"epochs", "1", "1", "sleep", "60"}), "");
  EXPECT_THAT(observer_.ends, ElementsAre(TrialState::kStopped));
}

TEST_F(ExecutorTest, HoldsWithTheCheckpointThatAHandlerOfSigtermWrites) {
  observer_.after_epoch = [](int64_t epoch) {
    return epoch == 2 ? AfterEpoch::kHold : AfterEpoch::kContinue;
  };
  program_.grace_seconds = 20;
  EXPECT_EQ(Run({"save-on-term", "2", "epochs", "1", "2", "sleep", "60"}), "");
  EXPECT_THAT(observer_.ends, ElementsAre(TrialState::kPending));
  ASSERT_EQ(observer_.checkpoints.size(), 1);
  EXPECT_EQ(observer_.checkpoints.at(0).first, 2);
  EXPECT_THAT(observer_.checkpoints.at(0).second, HasSubstr(R"("path":"ckpt-2")"));
}

TEST_F(ExecutorTest, StopsInTheMiddleOfAnEpochWhereTheSweepStops) {
  observer_.is_stopping = [this] { return !observer_.epochs.empty(); };
  program_.grace_seconds = 20;
  EXPECT_EQ(Run({"save-on-term", "1", "epochs", "1", "1", "sleep", "60"}), "");
  EXPECT_THAT(observer_.ends, ElementsAre(TrialState::kPending));
  EXPECT_EQ(observer_.checkpoints.size(), 1);
}

TEST_F(ExecutorTest, IgnoresWhatIsWrongInAReportWhileTheProgramIsStopped) {
  observer_.after_epoch = [](int64_t) { return AfterEpoch::kHold; };
  program_.grace_seconds = 1;
  EXPECT_EQ(Run({"ignore", "epochs", "1", "1", "print", "lrsweep {1}", "touch", "a", "print",
                 R"(lrsweep {"checkpoint": "a", "epoch": 1})", "sleep", "60"}),
            "");
  EXPECT_THAT(observer_.ends, ElementsAre(TrialState::kPending));
  EXPECT_EQ(observer_.checkpoints.size(), 1);
  EXPECT_THAT(TextOf("output.log"), HasSubstr("lrsweep: a report is ignored: it is no JSON"));
}

TEST_F(ExecutorTest, WaitsForTheCheckpointOfAProgramThatWritesOneAfterEachEpoch) {
  SetEpochs(9);
  observer_.after_epoch = [](int64_t epoch) {
    return epoch == 4 ? AfterEpoch::kHold : AfterEpoch::kContinue;
  };
  program_.grace_seconds = 20;
  EXPECT_EQ(
      Run({"saving", "1", "3", "epochs", "4", "4", "sleep", "0.3", "save", "4", "sleep", "60"}),
      "");
  EXPECT_EQ(observer_.checkpoints.back().first, 4);
  EXPECT_THAT(observer_.ends, ElementsAre(TrialState::kPending));
}

TEST_F(ExecutorTest, RefusesACheckpointThatIsNotThere) {
  EXPECT_EQ(Run({"epochs", "1", "1", "print", R"(lrsweep {"checkpoint": "a", "epoch": 1})", "sleep",
                 "60"}),
            "the checkpoint \"a\" cannot be used: there is no such file in the trial's folder " +
                program_.trials_folder +
                "/0123456789abcdef; the report: {\"checkpoint\": \"a\", \"epoch\": 1}");
}

TEST_F(ExecutorTest, ResumesFromTheLastCheckpoint) {
  observer_.should_continue = [this] { return observer_.checkpoints.size() < 2; };
  EXPECT_EQ(Run({"saving", "1", "2", "sleep", "60"}), "");
  EXPECT_TRUE(observer_.ends.empty());
  EXPECT_FALSE(Has("report.jsonl"));
  EXPECT_TRUE(Has("schedule.bin"));
  ResumeFromLast();
  EXPECT_EQ(Run({"environment", "resuming", "3"}), "");
  EXPECT_THAT(observer_.EpochNumbers(), ElementsAre(3));
  EXPECT_THAT(observer_.ends, ElementsAre(TrialState::kCompleted));
  EXPECT_THAT(TextOf("output.log"), HasSubstr("LRSWEEP_RESUME=" + FileOf("ckpt-2") + "\n"));
  EXPECT_THAT(TextOf("output.log"), HasSubstr("LRSWEEP_EPOCH=2\n"));
}

TEST_F(ExecutorTest, ResumesAScheduleThatFollowsAMetric) {
  SetScheduler({{"type", "ReduceLROnPlateau"},
                {"metric", "val_accuracy"},
                {"mode", "min"},
                {"patience", int64_t{0}}});
  EXPECT_THAT(Run({"asking", "saving", "1", "2", "exit", "75"}), StartsWith("EndedUnasked"));
  ResumeFromLast();
  EXPECT_EQ(Run({"asking", "resuming", "3"}), "");
  EXPECT_NEAR(observer_.epochs.at(0).rates.lr.at(0), 0.05, 1e-12);
}

TEST_F(ExecutorTest, ContinuesFromACopyOfAnotherTrialsCheckpoint) {
  program_.resumes_exactly = true;
  observer_.should_continue = [this] { return observer_.checkpoints.size() < 2; };
  EXPECT_EQ(Run({"saving", "1", "2", "sleep", "60"}), "");
  EXPECT_THAT(observer_.checkpoints.at(1).second, HasSubstr(R"("bytes":1)"));
  ResumeFromLast();
  const std::string saved = FileOf("ckpt-2");
  task_.checkpoint_of = std::exchange(task_.trial_id, "fedcba9876543210");
  EXPECT_EQ(Run({"resuming", "3"}), "");
  EXPECT_THAT(observer_.EpochNumbers(), ElementsAre(3));
  EXPECT_EQ(TextOf("ckpt-2"), "2");
  EXPECT_THAT(
      TextOf("output.log"),
      HasSubstr("lrsweep: the training of trial 0123456789abcdef continues here after epoch "
                "2, up to which both are the same\n"));
  EXPECT_TRUE(std::filesystem::exists(saved));
  // The next attempt has what the first one had, whatever its program did with that.
  std::ofstream(FileOf("ckpt-2")) << "changed";
  EXPECT_EQ(Run({"resuming", "3"}), "");
  EXPECT_EQ(TextOf("ckpt-2"), "2");
  std::ofstream(saved) << "22";
  EXPECT_EQ(Run({"resuming", "3"}), "UnusableCheckpoint: its checkpoint could not be used: " +
                                        saved + " has 2 bytes; it had 1");
  std::filesystem::remove(saved);
  EXPECT_THAT(Run({"resuming", "3"}), StartsWith("UnusableCheckpoint: "));
}

TEST_F(ExecutorTest, BeginsAnewWhereTheCheckpointIsGone) {
  EXPECT_THAT(Run({"saving", "1", "2", "exit", "75"}),
              StartsWith("EndedUnasked: the program ended with exit status 75 after epoch 2"));
  ResumeFromLast();
  std::filesystem::remove(FileOf("ckpt-2"));
  EXPECT_THAT(Run({"resuming", "3"}), StartsWith("UnusableCheckpoint: "));
  EXPECT_TRUE(observer_.epochs.empty());
}

TEST_F(ExecutorTest, FailsWhereAProgramStopsWithoutACheckpoint) {
  EXPECT_THAT(Run({"epochs", "1", "1", "exit", "75"}),
              StartsWith("the program ended with exit status 75, but reported no checkpoint"));
}

TEST_F(ExecutorTest, RefusesACheckpointUnderTheSameName) {
  EXPECT_THAT(Run({"touch", "a", "epochs", "1", "1", "print",
                   R"(lrsweep {"checkpoint": "a", "epoch": 1})", "epochs", "2", "2", "print",
                   R"(lrsweep {"checkpoint": "a", "epoch": 2})", "sleep", "60"}),
              StartsWith("the checkpoint \"a\" was reported before: each one needs a name"));
}

TEST_F(ExecutorTest, StopsAnAttemptThatTakesTooLong) {
  program_.timeout_seconds = 0.3;
  EXPECT_EQ(Run({"print", "hello", "epochs", "1", "1", "ignore", "sleep", "60"}),
            "was stopped after 0.3 s (trial.timeout), with 1 epoch of 3 done; the end of its "
            "output:\nhello\nlrsweep {\"epoch\": 1, \"val_accuracy\": 0.100000, \"lr\": 0.5}");
}

TEST_F(ExecutorTest, KillsAProgramThatIgnoresSigterm) {
  observer_.should_continue = [this] { return !Has("ready"); };
  EXPECT_EQ(Run({"ignore", "child", "touch", "ready", "sleep", "600"}), "");
  EXPECT_TRUE(observer_.ends.empty());
  EXPECT_FALSE(IsRunning(PidIn("child.pid")));
}

TEST_F(ExecutorTest, EndsWhatAProgramLeavesRunning) {
  EXPECT_EQ(Run({"daemon", "hidden", "child", "print", R"(lrsweep {"val_accuracy": 1})"}), "");
  for (const char* name : {"daemon.pid", "hidden.pid", "child.pid"}) {
    ASSERT_GT(PidIn(name), 0) << name;
    EXPECT_FALSE(IsRunning(PidIn(name))) << name;
  }
}

TEST_F(ExecutorTest, TakesWhatAProgramWritesWithoutBounds) {
  EXPECT_EQ(Run({"flood", "100", "print", "", "lines", "100000", "print",
                 R"(lrsweep {"val_accuracy": 1})"}),
            "");
  EXPECT_LE(std::filesystem::file_size(FileOf("output.log")), 32u << 20);
  EXPECT_LE(std::filesystem::file_size(FileOf("output.previous.log")), 32u << 20);
}

TEST_F(ExecutorTest, RefusesInvalidUtf8AndNeverLosesTheRest) {
  // lrsweep {"a": "\xff"}
  EXPECT_THAT(
      Run({"epochs", "1", "1", "raw", "6c727377656570207b2261223a2022ff227d0a", "sleep", "60"}),
      StartsWith("it is no JSON: parse error at line 1, column 8"));
  EXPECT_THAT(observer_.EpochNumbers(), ElementsAre(1));
}

TEST_F(ExecutorTest, RunsAProgramThatClosesItsOutput) {
  EXPECT_EQ(Run({"close", "sleep", "0.2", "report", R"({"val_accuracy": 1})"}), "");
  EXPECT_EQ(observer_.epochs.size(), 1);
}

TEST_F(ExecutorTest, WaitsForAnEarlierAttemptThatIsNotGone) {
  TrialFolder folder(program_.trials_folder + "/" + task_.trial_id);
  ASSERT_TRUE(folder.Lock());
  int asked = 0;
  observer_.should_continue = [&] {
    if (++asked == 5) {
      const TrialFolder gone = std::move(folder);
    }
    return true;
  };
  EXPECT_EQ(Run({"print", R"(lrsweep {"val_accuracy": 1})"}), "");
  EXPECT_GE(asked, 5);
}

TEST_F(ExecutorTest, CannotBeMadeWithoutTheProgram) {
  program_.command = {"no-such-python", "train.py"};
  EXPECT_EQ(RunCommand(), "no-such-python: no such program on PATH");
}

TEST_F(ExecutorTest, IsOfNoUseWhereNothingCanBeWritten) {
  program_.trials_folder = "/proc/none";
  EXPECT_THAT(Run({"print", "x"}),
              StartsWith("ExecutorUnusable: cannot make the folder /proc/none"));
}

TEST_F(ExecutorTest, FailsATrialWhoseScheduleMakesNoSense) {
  SetScheduler({{"type", "StepLR"}, {"step_size", int64_t{0}}});
  EXPECT_THAT(Run({"print", "x"}), HasSubstr("step_size"));
}

}  // namespace
}  // namespace lrsweep
