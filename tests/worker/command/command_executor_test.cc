#include "worker/command/command_executor.h"

#include <cmath>

#include "tests/worker/command/executor_fixture.h"

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

TEST_F(ExecutorTest, FailsWhereNoMetricWasReported) {
  EXPECT_EQ(Run({"print", R"(lrsweep {"val_acc": 0.75})"}),
            "the program ended with exit status 0, but reported no val_accuracy; the end of its "
            "output:\nlrsweep {\"val_acc\": 0.75}");
}

TEST_F(ExecutorTest, FailsWhereAReportBreaksARule) {
  EXPECT_EQ(Run({"print", R"(lrsweep {"epoch": 0, "val_accuracy": 0.75})", "sleep", "60"}),
            "\"epoch\" is 0.0; expected an integer of at least 1; the report: {\"epoch\": 0, "
            "\"val_accuracy\": 0.75}");
}

TEST_F(ExecutorTest, EndsATrialThatDiverged) {
  EXPECT_EQ(Run({"print", R"(lrsweep {"epoch": 1, "val_accuracy": NaN})", "sleep", "60"}), "");
  EXPECT_TRUE(observer_.epochs.at(0).diverged);
  EXPECT_THAT(observer_.ends, ElementsAre(TrialState::kStopped));
}

}  // namespace
}  // namespace lrsweep
