#include "sweep/coordinator/checkpoint_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CheckpointFilesTest : public testing::Test {
 protected:
  CheckpointFilesTest() { fs::create_directories(own_ / "deep"); }

  static void Write(const fs::path& path) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "state";
  }
  std::string Remove(const std::string& path) {
    return files_.RemoveCheckpoint("0123456789abcdef", nlohmann::json{{"path", path}}.dump());
  }

  TempFolder folder_;
  fs::path trials_ = folder_ / "my sweep.db.trials";
  fs::path own_ = trials_ / "0123456789abcdef";
  fs::path other_ = trials_ / "fedcba9876543210" / "ckpt.pt";
  CheckpointFiles files_{trials_, false};
};

TEST_F(CheckpointFilesTest, RemovesAFileOrAFolderAndNothingBeside) {
  Write(own_ / "1.pt");
  Write(own_ / "2.pt");
  Write(own_ / "deep/3/weights");
  Write(own_ / "deep/3/more/weights");
  EXPECT_EQ(Remove("1.pt"), "");
  EXPECT_EQ(Remove("deep/3/"), "");
  EXPECT_FALSE(fs::exists(own_ / "1.pt"));
  EXPECT_FALSE(fs::exists(own_ / "deep/3"));
  EXPECT_TRUE(fs::exists(own_ / "deep"));
  EXPECT_TRUE(fs::exists(own_ / "2.pt"));
}

TEST_F(CheckpointFilesTest, WhatIsGoneAlreadyIsNoError) {
  EXPECT_EQ(Remove("1.pt"), "");
  EXPECT_EQ(Remove("no/such/folder/1.pt"), "");
}

TEST_F(CheckpointFilesTest, PathsThatLeaveTheTrialsFolderAreRefused) {
  Write(other_);
  for (const std::string& path :
       {std::string("../fedcba9876543210/ckpt.pt"), std::string("deep/../../fedcba9876543210"),
        other_.string(), std::string("."), std::string(".."), std::string(""), std::string("/"),
        std::string("deep/..")}) {
    EXPECT_THAT(Remove(path), HasSubstr("not below the trial's folder")) << path;
  }
  EXPECT_TRUE(fs::exists(other_));
  EXPECT_TRUE(fs::exists(own_));
}

TEST_F(CheckpointFilesTest, LinksAreNotFollowed) {
  Write(other_);
  fs::create_symlink(other_.parent_path(), own_ / "link");
  EXPECT_THAT(Remove("link/ckpt.pt"), HasSubstr("is a link"));
  EXPECT_EQ(Remove("link"), "");
  EXPECT_FALSE(fs::is_symlink(fs::symlink_status(own_ / "link")));
  EXPECT_TRUE(fs::exists(other_));
}

TEST_F(CheckpointFilesTest, DataThatNameNoPathAreRefused) {
  for (const char* data : {"", "[]", "{}", "{\"path\": 3}", "state of the built-in model"}) {
    EXPECT_THAT(files_.RemoveCheckpoint("0123456789abcdef", data), HasSubstr("names no path"));
  }
}

}  // namespace
}  // namespace lrsweep
