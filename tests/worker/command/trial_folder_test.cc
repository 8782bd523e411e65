#include "worker/command/trial_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

#include "tests/support/temp_folder.h"
#include "worker/command/file_error.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

std::string Relative(const TrialFolder& folder, const std::string& path) {
  try {
    return folder.RelativePath(path);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(TrialFolderTest, TakesCheckpointsInsideTheFolderOnly) {
  const TempFolder temp;
  const std::string path = temp / "x.db.trials/0123";
  const TrialFolder folder(path);
  fs::create_directories(path + "/sub/deep");
  temp.Write("x.db.trials/0123/a.pt", "1");
  temp.Write("outside.pt", "1");
  EXPECT_EQ(Relative(folder, "a.pt"), "a.pt");
  EXPECT_EQ(Relative(folder, "./sub/../a.pt"), "a.pt");
  EXPECT_EQ(Relative(folder, "sub/deep/"), "sub/deep");
  EXPECT_EQ(Relative(folder, path + "/sub"), "sub");
  const std::string outside = "it is not inside the trial's folder (LRSWEEP_DIR)";
  for (const std::string& bad :
       {std::string("."), std::string("../0123/a.pt"), std::string("sub/.."),
        (temp / "outside.pt").string(), path, std::string("/")}) {
    EXPECT_EQ(Relative(folder, bad), outside) << bad;
  }
  EXPECT_EQ(Relative(folder, "report.jsonl"), "that file is lrsweep's own");
  EXPECT_EQ(Relative(folder, "b.pt"), "there is no such file in the trial's folder " + path);
}

TEST(TrialFolderTest, TakesAnAbsolutePathThroughALink) {
  const TempFolder temp;
  fs::create_directories(temp / "real/0123");
  fs::create_directory_symlink(temp / "real", temp / "link");
  temp.Write("real/0123/a.pt", "1");
  const TrialFolder folder(temp / "link/0123");
  EXPECT_EQ(Relative(folder, temp / "real/0123/a.pt"), "a.pt");
}

TEST(TrialFolderTest, BelongsToOneAttemptAtATime) {
  const TempFolder temp;
  TrialFolder first(temp / "0123");
  EXPECT_TRUE(first.Lock());
  TrialFolder second(temp / "0123");
  EXPECT_FALSE(second.Lock());
  { const TrialFolder gone = std::move(first); }
  EXPECT_TRUE(second.Lock());
}

TEST(TrialFolderTest, PreparesAndCleansUp) {
  const TempFolder temp;
  TrialFolder folder(temp / "a b/0123");
  EXPECT_TRUE(folder.Lock());
  temp.Write("a b/0123/report.jsonl", "old");
  temp.Write("a b/0123/schedule.csv", "1");
  folder.Prepare("{}\n");
  EXPECT_EQ(temp.Read("a b/0123/params.json"), "{}\n");
  EXPECT_EQ(temp.Read("a b/0123/report.jsonl"), "");
  folder.CleanUp(/*is_over=*/false);
  EXPECT_FALSE(fs::exists(folder.ReportFile()));
  EXPECT_TRUE(fs::exists(folder.Schedule().csv));
  folder.CleanUp(/*is_over=*/true);
  EXPECT_FALSE(fs::exists(folder.Schedule().csv));
  EXPECT_TRUE(fs::exists(folder.ParamsFile()));
}

TEST(TrialFolderTest, SaysWhereItCannotBeMade) {
  EXPECT_THROW(TrialFolder("/proc/none/0123"), FileError);
}

}  // namespace
}  // namespace lrsweep
