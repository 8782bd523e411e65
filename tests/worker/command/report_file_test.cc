#include "worker/command/report_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;

class ReportFileTest : public testing::Test {
 protected:
  void Append(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }
  /// What is written is told before the write returns.
  bool Tells() const {
    pollfd change{watch_.fd(), POLLIN, 0};
    return poll(&change, 1, 0) == 1;
  }

  TempFolder folder_;
  std::string path_ = folder_.Write("report.jsonl", "");
  FileWatch watch_;
  ReportFile file_{path_, watch_};
  std::vector<std::string> lines_;
  LineReader::Take take_ = [this](std::string_view line, bool) { lines_.emplace_back(line); };
};

TEST_F(ReportFileTest, TakesLinesWhenTheirNewlineIsThere) {
  file_.Read(take_);
  Append("{1}\n{2");
  file_.Read(take_);
  EXPECT_THAT(lines_, ElementsAre("{1}"));
  Append("2}\n");
  file_.Read(take_);
  EXPECT_THAT(lines_, ElementsAre("{1}", "{22}"));
  Append("{3}");
  file_.Read(take_);
  file_.Finish(take_);
  EXPECT_THAT(lines_, ElementsAre("{1}", "{22}", "{3}"));
}

TEST_F(ReportFileTest, BeginsAnewWhereTheFileBecameShorter) {
  Append("{\"epoch\": 1}\n");
  file_.Read(take_);
  std::ofstream(path_) << "{2}\n";
  file_.Read(take_);
  EXPECT_THAT(lines_, ElementsAre("{\"epoch\": 1}", "{2}"));
}

TEST_F(ReportFileTest, SaysWhetherThereIsMore) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::string(10'000, 'x') + "\n";
  Append(text);
  EXPECT_TRUE(file_.Read(take_));
  EXPECT_LT(lines_.size(), 1000);
  while (file_.Read(take_)) {
  }
  EXPECT_EQ(lines_.size(), 1000);
}

TEST_F(ReportFileTest, TellsThatTheFileGrew) {
  if (watch_.fd() < 0) GTEST_SKIP() << "no inotify";
  EXPECT_FALSE(Tells());
  Append("{1}\n");
  EXPECT_TRUE(Tells());
  file_.Read(take_);
  EXPECT_FALSE(Tells());
}

TEST_F(ReportFileTest, TellsOfTheNewFileOnlyOnceAnotherOneIsFollowed) {
  if (watch_.fd() < 0) GTEST_SKIP() << "no inotify";
  Append("{1}\n");
  const std::string next = folder_.Write("next.jsonl", "");
  std::filesystem::remove(path_);
  ReportFile file(next, watch_);
  Append("{2}\n");
  EXPECT_FALSE(Tells());
  std::ofstream(next, std::ios::app) << "{3}\n";
  EXPECT_TRUE(Tells());
  file.Read(take_);
  EXPECT_THAT(lines_, ElementsAre("{3}"));
}

}  // namespace
}  // namespace lrsweep
