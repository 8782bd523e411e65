#include "results/trials_on_disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class TrialsOnDiskTest : public testing::Test {
 protected:
  TrialsOnDiskTest() {
    for (const char* name : {"x.db.trials/b", "x.db.trials/a/checkpoint", "elsewhere"}) {
      fs::create_directories(folder_ / name);
    }
    folder_.Write("x.db.trials/a/output.log", std::string(10, 'x'));
    folder_.Write("x.db.trials/a/checkpoint/model", std::string(100, 'x'));
    folder_.Write("x.db.trials/b/output.log", std::string(1000, 'x'));
    folder_.Write("x.db.trials/a.txt", "mine");
    folder_.Write("elsewhere/data", std::string(10'000, 'x'));
    fs::create_directory_symlink(folder_ / "elsewhere", trials_ / "a/data");
    fs::create_directory_symlink(folder_ / "elsewhere", trials_ / "c");
  }

  TempFolder folder_;
  fs::path trials_ = folder_ / "x.db.trials";
};

TEST_F(TrialsOnDiskTest, FoldersAreFoundAndMeasuredWithoutFollowingLinks) {
  EXPECT_THAT(FoldersOfTrials(trials_), ElementsAre("a", "b"));
  const DiskUse use = MeasureFolders(trials_, {"a", "b"});
  EXPECT_EQ(use.folders, 2);
  EXPECT_EQ(use.bytes, 1110);
  EXPECT_TRUE(use.is_complete);
}

TEST_F(TrialsOnDiskTest, MeasuringThatTakesTooLongSaysSo) {
  const DiskUse use = MeasureFolders(trials_, {"a", "b"}, std::chrono::milliseconds(-1));
  EXPECT_EQ(use.folders, 2);
  EXPECT_FALSE(use.is_complete);
}

TEST_F(TrialsOnDiskTest, NothingIsThereWithoutAFolder) {
  EXPECT_THAT(FoldersOfTrials(folder_ / "y.db.trials"), IsEmpty());
  EXPECT_EQ(MeasureFolders(folder_ / "y.db.trials", {}).bytes, 0);
}

TEST_F(TrialsOnDiskTest, RemovesLinksAndNotWhatTheyPointTo) {
  RemoveFolders(trials_, {"a"});
  EXPECT_FALSE(fs::exists(trials_ / "a"));
  EXPECT_TRUE(fs::exists(trials_ / "b/output.log"));
  EXPECT_TRUE(fs::exists(folder_ / "elsewhere/data"));
}

TEST_F(TrialsOnDiskTest, TheFolderGoesWhenNothingIsLeftInIt) {
  RemoveFolders(trials_, {"a", "b"});
  EXPECT_TRUE(fs::exists(trials_ / "a.txt"));
  fs::remove(trials_ / "a.txt");
  fs::remove(trials_ / "c");
  fs::create_directory(trials_ / "b");
  RemoveFolders(trials_, {"b"});
  EXPECT_FALSE(fs::exists(trials_));
}

}  // namespace
}  // namespace lrsweep
