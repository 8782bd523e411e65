#include "worker/command/checkpoint_copy.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

bool Always() { return true; }

class CheckpointCopyTest : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::string TextOf(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / name, std::ios::binary).rdbuf();
    return text.str();
  }

  TempFolder folder_;
};

TEST_F(CheckpointCopyTest, AFileIsCopiedWithItsPermissions) {
  Write("a b/c", "state");
  fs::permissions(folder_ / "a b/c", fs::perms::owner_all);
  EXPECT_EQ(BytesAt(folder_ / "a b/c"), 5);
  EXPECT_EQ(CopyCheckpoint(folder_ / "a b/c", folder_ / "d/e/f", Always), 5);
  EXPECT_EQ(TextOf("d/e/f"), "state");
  EXPECT_EQ(fs::status(folder_ / "d/e/f").permissions(), fs::perms::owner_all);
  Write("d/e/f", "other");
  EXPECT_EQ(TextOf("a b/c"), "state");
}

TEST_F(CheckpointCopyTest, AFolderIsCopiedWithAllThatIsInIt) {
  Write("a/model/part-1", "123");
  Write("a/model/part-2", "4567");
  Write("a/optimizer", "");
  fs::create_directory(folder_ / "a/empty");
  fs::create_symlink("model/part-2", folder_ / "a/latest");
  EXPECT_EQ(BytesAt(folder_ / "a"), 7);
  EXPECT_EQ(CopyCheckpoint(folder_ / "a", folder_ / "b", Always), 7);
  EXPECT_EQ(TextOf("b/model/part-1"), "123");
  EXPECT_EQ(fs::read_symlink(folder_ / "b/latest"), "model/part-2");
  EXPECT_TRUE(fs::is_directory(folder_ / "b/empty"));
  EXPECT_TRUE(fs::exists(folder_ / "b/optimizer"));
}

TEST_F(CheckpointCopyTest, ALinkStandsForWhatItPointsTo) {
  Write("a/part", "123");
  fs::create_directory_symlink("a", folder_ / "latest");
  EXPECT_EQ(BytesAt(folder_ / "latest"), 3);
  EXPECT_EQ(CopyCheckpoint(folder_ / "latest", folder_ / "b", Always), 3);
  EXPECT_FALSE(fs::is_symlink(folder_ / "b"));
  EXPECT_EQ(TextOf("b/part"), "123");
}

TEST_F(CheckpointCopyTest, ALargeFileIsCopiedInPiecesAndCanBeStopped) {
  const std::string text(size_t{40} << 20, 'x');
  Write("a", text);
  int pieces = 0;
  EXPECT_EQ(CopyCheckpoint(folder_ / "a", folder_ / "b", [&pieces] { return ++pieces > 0; }),
            static_cast<int64_t>(text.size()));
  EXPECT_TRUE(TextOf("b") == text);
  if (pieces == 0) GTEST_SKIP() << "this file system shares blocks";
  EXPECT_LT(CopyCheckpoint(folder_ / "a", folder_ / "c", [] { return false; }),
            static_cast<int64_t>(text.size()));
}

TEST_F(CheckpointCopyTest, NothingOutsideOfTheFolderIsTouched) {
  Write("mine", "state");
  for (const std::string& path :
       {std::string("../mine"), (folder_ / "mine").string(), std::string(".")}) {
    EXPECT_THROW(TakeOverCheckpoint(folder_ / "a", folder_ / "b", {path, 5}, Always),
                 std::runtime_error);
  }
  EXPECT_EQ(TextOf("mine"), "state");
}

TEST_F(CheckpointCopyTest, WhatIsNotThereIsSaid) {
  EXPECT_EQ(BytesAt(folder_ / "none"), 0);
  EXPECT_THROW(CopyCheckpoint(folder_ / "none", folder_ / "b", Always), std::runtime_error);
}

}  // namespace
}  // namespace lrsweep
