// Trials of users' programs are run again by the real program.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/run_fixture.h"

namespace lrsweep {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Two trials of a shell script that reports five epochs.
class VerifyProgramTest : public RunTest {
 protected:
  /// `report` is the script's body for each $epoch.
  void Train(const std::string& report) {
    folder_.Write("train.sh", "for epoch in 1 2 3 4 5; do\n" + report + "\ndone\n");
    folder_.Write("s.yaml",
                  "name: s\ntrial: {command: [sh, train.sh], metrics: {score: max}}\n"
                  "training: {epochs: 5, seed: {grid: [3, 4]}}\noptimizer: {lr: 0.1}\n"
                  "scheduler: {type: StepLR, step_size: 1}\n");
    const auto result = Run(0, "--quiet");
    ASSERT_EQ(result.status, 0) << result.output;
  }
  /// Every file below the trials' folders, with its content's hash and time.
  std::string Files() const {
    return RunShell(InFolder("find s.db.trials -type f | sort | xargs ls -l --full-time; "
                             "find s.db.trials -type f | sort | xargs sha256sum"))
        .output;
  }

  const std::string kExact =
      R"(echo "lrsweep {\"epoch\": $epoch, \"score\": 0.$epoch$LRSWEEP_SEED, \"x/y\": $epoch}")";
  // The nanoseconds, from epoch 3 on.
  const std::string kInexact =
      R"(if [ $epoch -lt 3 ]; then n=0; else n=$(date +%N); fi
         echo "lrsweep {\"epoch\": $epoch, \"score\": $epoch.$n}")";
};

TEST_F(VerifyProgramTest, AnExactProgramGivesTheSameNumbersAgain) {
  Train(kExact);
  const std::string before = Files();
  EXPECT_THAT(before, HasSubstr("output.log"));
  const auto result = Lrsweep("verify s.db --all");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("the program gives the same numbers again in all 5 epochs, in "),
                    HasSubstr("2 of 2 trials give the same numbers again\n")));
  EXPECT_EQ(Files(), before) << "the trials' own folders are as they were";
  EXPECT_EQ(RunShell(InFolder("ls -d *verify*")).status, 2) << "nothing is left behind";
}

TEST_F(VerifyProgramTest, OfAnInexactProgramTheFirstDifferenceIsSaid) {
  Train(kInexact);
  const auto result = Lrsweep("verify s.db --all");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("the program is not exact: it differs from the end of epoch 3 on: "
                              "score was 3."),
                    HasSubstr("the values of 3 epochs differ"),
                    HasSubstr("0 of 2 trials give the same numbers again\n")));
  const json found = json::parse(Lrsweep("verify s.db --all --json").output)["trials"][0];
  EXPECT_EQ(found["agrees"], false);
  EXPECT_EQ(found["first_difference"]["epoch"], 3);
  EXPECT_EQ(found["first_difference"]["what"], "score");
  EXPECT_EQ(found["epochs_that_differ"], 3);
}

TEST_F(VerifyProgramTest, OnlyTheFirstEpochsCanBeCompared) {
  Train(kInexact);
  const auto result = Lrsweep("verify s.db --all --epochs 2");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("the same numbers again in the first 2 of 5 epochs"));
}

TEST_F(VerifyProgramTest, AProgramThatEndsItselfWithACheckpointIsContinued) {
  // It ends after epoch 3 with the checkpoint of epoch 2, so that epoch 3 is trained twice.
  const std::string train =
      R"(if [ $epoch -le $LRSWEEP_EPOCH ]; then continue; fi
         if [ $epoch = 4 ] && [ $LRSWEEP_EPOCH = 0 ]; then exit 75; fi
         echo "lrsweep {\"epoch\": $epoch, \"score\": $(cat extra)$epoch}"
         if [ $epoch = 2 ]; then
           touch "$LRSWEEP_DIR/c"; echo "lrsweep {\"epoch\": 2, \"checkpoint\": \"c\"}"
         fi)";
  folder_.Write("extra", "");
  Train(train);
  const auto exact = Lrsweep("verify s.db --all");
  EXPECT_EQ(exact.status, 0) << exact.output;
  EXPECT_THAT(exact.output,
              HasSubstr("the same numbers again in all 5 epochs, continued after epoch 2, in "));
  const json trial = json::parse(Lrsweep("verify s.db --all --json").output)["trials"][0];
  EXPECT_EQ(trial["continued_after"], json::array({2}));
  EXPECT_EQ(trial["epochs"], 5);
  folder_.Write("extra", "9");
  const auto inexact = Lrsweep("verify s.db --all");
  EXPECT_EQ(inexact.status, 1);
  EXPECT_THAT(inexact.output,
              AllOf(HasSubstr("from the end of epoch 1 on"), HasSubstr("the values of 5 epochs"),
                    HasSubstr("continued after epoch 2"), Not(HasSubstr("as recorded"))));
}

TEST_F(VerifyProgramTest, OtherEpochsThanRecordedAreADifference) {
  Train(R"(if [ -e again ] && [ $epoch = 1 ]; then continue; fi
           echo "lrsweep {\"epoch\": $epoch, \"score\": 1}")");
  folder_.Write("again", "");
  const auto result = Lrsweep("verify s.db --all");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, HasSubstr("it reports epoch 2 now, where epoch 1 is recorded"));
}

TEST_F(VerifyProgramTest, DataAreNoConcernOfIt) {
  Train(kExact);
  const auto result = Lrsweep("verify s.db --all --data .");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, HasSubstr("--data: the trials are runs of a program"));
}

}  // namespace
}  // namespace lrsweep
