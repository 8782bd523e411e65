#include "views/terminal/trial_output.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

class TrialOutputTest : public testing::Test {
 protected:
  void Append(const std::string& text) const {
    std::ofstream(folder_ / "output.log", std::ios::binary | std::ios::app) << text;
  }
  void MoveAway() const { fs::rename(folder_ / "output.log", folder_ / "output.previous.log"); }
  std::string Read() {
    std::string text;
    const bool any = output_.Read([&text](std::string_view piece) { text += piece; });
    EXPECT_EQ(any, !text.empty());
    return text;
  }

  TempFolder folder_;
  TrialOutput output_{folder_.path()};
};

TEST_F(TrialOutputTest, GivesWhatIsThereAndThenWhatIsAdded) {
  Append("one\n");
  EXPECT_EQ(Read(), "one\n");
  EXPECT_EQ(Read(), "");
  Append("two");
  Append("\n");
  EXPECT_EQ(Read(), "two\n");
}

TEST_F(TrialOutputTest, WhatWasMovedAwayBeforeComesFirst) {
  Append("old\n");
  MoveAway();
  Append("new\n");
  EXPECT_EQ(Read(), "old\nnew\n");
}

TEST_F(TrialOutputTest, WhatIsMovedAwayMeanwhileIsReadToItsEnd) {
  Append("one\n");
  EXPECT_EQ(Read(), "one\n");
  Append("two\n");
  MoveAway();
  Append("three\n");
  EXPECT_EQ(Read(), "two\nthree\n");
}

TEST_F(TrialOutputTest, AFileThatIsBegunAnewIsReadFromItsBeginning) {
  Append("the first attempt\n");
  EXPECT_EQ(Read(), "the first attempt\n");
  std::ofstream(folder_ / "output.log", std::ios::trunc) << "again\n";
  EXPECT_EQ(Read(), "again\n");
}

TEST_F(TrialOutputTest, WaitsForAFolderThatIsNotThereYet) {
  TrialOutput later(folder_ / "trial");
  std::string text;
  const auto take = [&text](std::string_view piece) { text += piece; };
  EXPECT_FALSE(later.Read(take));
  fs::create_directory(folder_ / "trial");
  EXPECT_FALSE(later.Read(take));
  std::ofstream(folder_ / "trial/output.log") << "here";
  EXPECT_TRUE(later.Read(take));
  EXPECT_EQ(text, "here");
}

TEST_F(TrialOutputTest, AFifoInThePlaceOfTheFileIsAnErrorAndNoWait) {
  ASSERT_EQ(mkfifo((folder_ / "output.log").c_str(), 0600), 0);
  EXPECT_THROW(Read(), fs::filesystem_error);
}

}  // namespace
}  // namespace lrsweep
