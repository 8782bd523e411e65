#include "worker/command/report_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <fstream>
#include <vector>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;

class ReportFileTest : public testing::Test {
 protected:
  void Append(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }

  TempFolder folder_;
  std::string path_ = folder_.Write("report.jsonl", "");
  ReportFile file_{path_};
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
  if (file_.change_fd() < 0) GTEST_SKIP() << "no inotify";
  pollfd change{file_.change_fd(), POLLIN, 0};
  EXPECT_EQ(poll(&change, 1, 0), 0);
  Append("{1}\n");
  EXPECT_EQ(poll(&change, 1, 5000), 1);
  file_.Read(take_);
  EXPECT_EQ(poll(&change, 1, 0), 0);
}

}  // namespace
}  // namespace lrsweep
