#include "trial/trial_folder.h"

#include <gtest/gtest.h>

namespace lrsweep {
namespace {

TEST(TrialFolder, IsBesideTheDatabaseAndNamedAfterItAndTheTrial) {
  EXPECT_EQ(TrialsFolderOf("/home/me/my sweep.db"), "/home/me/my sweep.db.trials");
  EXPECT_EQ(TrialFolderOf("/home/me/x", "00ff00ff00ff00ff"), "/home/me/x.trials/00ff00ff00ff00ff");
}

TEST(TrialFolder, IsAbsoluteAndTheSameHoweverTheDatabaseIsWritten) {
  const std::filesystem::path folder = std::filesystem::current_path();
  EXPECT_EQ(TrialsFolderOf("x.db"), folder / "x.db.trials");
  EXPECT_EQ(TrialsFolderOf("./a/../x.db"), TrialsFolderOf("x.db"));
}

}  // namespace
}  // namespace lrsweep
