// Trials name their data by content, not by path; databases of lrsweep 0.1.0 keep their meaning.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/run_fixture.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Sweeps of two trials on the data in the folder `small`.
class DatasetIdentityTest : public RunTest {
 protected:
  DatasetIdentityTest() {
    std::filesystem::copy(images_.path(), folder_ / "small");
    WriteDataset("name: small");
  }
  void WriteDataset(const std::string& dataset) {
    folder_.Write("s.yaml", "name: s\ndataset: {" + dataset +
                                "}\nmodel: {hidden: [16]}\n"
                                "training: {epochs: 2, batch_size: 32, seed: {grid: [0, 1]}}\n"
                                "optimizer: {lr: 0.1}\nscheduler: {type: StepLR, step_size: 1}\n");
  }
  std::string Ids() const { return Sql("SELECT trial_id FROM trials ORDER BY number"); }

  /// Makes s.db one that lrsweep 0.1.0 began, and continues it.
  ProgramResult ContinueAsOfTheFirstRelease() {
    EXPECT_EQ(Run(0, "--quiet").status, 0);
    Sql("UPDATE sweep SET identity = 1");
    return Run(0, "");
  }
};

TEST_F(DatasetIdentityTest, TheSameDataInAnotherFolderContinueTheSweep) {
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  const std::string ids = Ids();
  const std::string numbers = Numbers("s.db");
  RunShell(
      InFolder("cp -r small 'else where'; gzip 'else where'/train-*; ln -s 'else where' link"));
  for (const char* name : {"small/", "./small", "else where", "link"}) {
    const auto result = Run(0, std::string("--set 'dataset.name=") + name + "'");
    EXPECT_EQ(result.status, 0) << result.output;
    EXPECT_THAT(result.output, Not(HasSubstr("new in the configuration"))) << name;
  }
  EXPECT_EQ(Ids(), ids);
  EXPECT_EQ(Numbers("s.db"), numbers);
}

TEST_F(DatasetIdentityTest, OnePixelLessIsAnotherDataset) {
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  RunShell(InFolder("printf x | dd of=small/train-images-idx3-ubyte bs=1 seek=16 conv=notrunc"));
  EXPECT_EQ(Run(0, "").status, 2);
  ASSERT_EQ(Run(0, "--quiet --db other.db").status, 0);
  EXPECT_THAT(Lrsweep("compare s.db other.db").output, HasSubstr("They share no trial"));
}

TEST_F(DatasetIdentityTest, ATrialsOwnConfigurationFindsTheData) {
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  const std::string id = Ids().substr(0, 16);
  const auto result = RunShell(InFolder(LRSWEEP_PROGRAM " show --config s.db " + id +
                                        " > one.yaml && " LRSWEEP_PROGRAM
                                        " run one.yaml --quiet --db one.db && sqlite3 one.db "
                                        "'SELECT trial_id FROM trials'"));
  EXPECT_EQ(result.output, id + "\n");
}

TEST_F(DatasetIdentityTest, VerifyFindsDataInTheHomeFolder) {
  WriteDataset("name: ~/small");
  const std::string home = "export HOME=$PWD; ";
  ASSERT_EQ(RunShell(InFolder(home + LRSWEEP_PROGRAM " run s.yaml --quiet")).status, 0);
  const auto result = RunShell(InFolder(home + LRSWEEP_PROGRAM " verify s.db --all"));
  EXPECT_EQ(result.status, 0) << result.output;
}

TEST_F(DatasetIdentityTest, VerifyFindsDataThatHaveMoved) {
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  std::filesystem::rename(folder_ / "small", folder_ / "moved");
  const auto lost = Lrsweep("verify s.db --all");
  EXPECT_EQ(lost.status, 74);
  EXPECT_THAT(lost.output, AllOf(HasSubstr("small"), HasSubstr("by --data")));
  const auto found = Lrsweep("verify s.db --all --data moved");
  EXPECT_EQ(found.status, 0) << found.output;
  EXPECT_THAT(found.output, HasSubstr("2 of 2 trials agree in every bit"));
}

TEST_F(DatasetIdentityTest, DrawnImagesAreTheSameInEveryProcess) {
  WriteDataset("name: small, validation: 100");
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  ASSERT_EQ(Run(0, "--quiet --workers 2 --db two.db").status, 0);
  EXPECT_EQ(Numbers("s.db"), Numbers("two.db"));
  EXPECT_EQ(Lrsweep("verify s.db --all").status, 0);
  ASSERT_EQ(Run(0, "--quiet --db last.db --set dataset.held_back=last").status, 0);
  EXPECT_THAT(Lrsweep("compare s.db last.db").output, HasSubstr("They share no trial"));
}

// The ids are those that lrsweep 0.1.0's `plan` gives.
TEST_F(DatasetIdentityTest, ADatabaseOfTheFirstReleaseKeepsItsIds) {
  EXPECT_EQ(ContinueAsOfTheFirstRelease().status, 0);
  EXPECT_THAT(Ids(), HasSubstr("6c10b17fc3b422b7\nf7a127a5a782c75f\n"));
}

TEST_F(DatasetIdentityTest, ADatabaseOfTheFirstReleaseKeepsItsHeldBackImages) {
  WriteDataset("name: small, validation: 100");
  EXPECT_EQ(ContinueAsOfTheFirstRelease().status, 0);
  EXPECT_THAT(Ids(), HasSubstr("1ca56de9aa537cc7\n1a6e66e6c57f47f3\n"));
  ASSERT_EQ(Run(0, "--quiet --db last.db --set dataset.held_back=last").status, 0);
  const std::string losses =
      "'SELECT val_loss FROM epochs JOIN trials USING (trial_id) WHERE "
      "in_space ORDER BY number, epoch'";
  EXPECT_EQ(RunShell(InFolder("sqlite3 s.db " + losses)).output,
            RunShell(InFolder("sqlite3 last.db " + losses)).output);
}

TEST_F(DatasetIdentityTest, HeldBackWithoutValidationIsAMistake) {
  WriteDataset("name: small, held_back: last");
  const auto result = Run(0, "");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, HasSubstr("s.yaml:2:35: dataset.held_back needs dataset.validation"));
}

}  // namespace
}  // namespace lrsweep
