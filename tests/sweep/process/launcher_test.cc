#include "sweep/process/launcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "params/errors.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Puts a shell script on the PATH in place of mpirun.
class LauncherTest : public testing::Test {
 protected:
  ~LauncherTest() override { setenv("PATH", path_.c_str(), 1); }

  /// In `script`, `$status` is the path of the status file (status_file.h).
  void MpirunIs(const std::string& script) {
    const auto file = folder_.Write("mpirun",
                                    "#!/bin/sh\nif test $1 = --version; then exit 0; fi\nfor word; "
                                    "do case $word in LRSWEEP_STATUS_FILE=*) "
                                    "status=${word#*=};; esac; done\necho launched >> " +
                                        (folder_ / "launches").string() + "\n" + script + "\n");
    fs::permissions(file, fs::perms::owner_all);
    setenv("PATH", (folder_.path().string() + ":" + path_).c_str(), 1);
  }
  int LaunchIt(std::optional<int> in_database = kInterrupted) {
    return Launch(
        options_, {"program"}, [&] { return in_database; },
        [&](const std::string& sentence) { said_.push_back(sentence); });
  }
  size_t Launches() const {
    const std::string launches = folder_.Read("launches");
    return static_cast<size_t>(std::count(launches.begin(), launches.end(), '\n'));
  }

  TempFolder folder_;
  LaunchOptions options_;
  std::vector<std::string> said_;

 private:
  std::string path_ = std::getenv("PATH");
};

/// Sets TMPDIR, TEMP and TMP for a test.
class TemporaryFolderTest : public LauncherTest {
 protected:
  TemporaryFolderTest() {
    for (const char* name : kNames) {
      const char* value = std::getenv(name);
      before_.emplace_back(value != nullptr ? std::optional<std::string>(value) : std::nullopt);
      unsetenv(name);
    }
    MpirunIs("dirname $status > " + (folder_ / "where").string() +
             "; echo runs $$ 1 >> $status; echo ends 0 >> $status");
  }
  ~TemporaryFolderTest() override {
    for (size_t i = 0; i < before_.size(); ++i) {
      unsetenv(kNames[i]);
      if (before_[i]) setenv(kNames[i], before_[i]->c_str(), 1);
    }
  }
  /// The folder of the status file, as a launch sees it.
  std::string Where() {
    EXPECT_EQ(LaunchIt(), kAllEndedWell);
    std::string where = folder_.Read("where");
    if (!where.empty()) where.pop_back();  // the newline
    return where;
  }

 private:
  static constexpr std::array<const char*, 3> kNames = {"TMPDIR", "TEMP", "TMP"};
  std::vector<std::optional<std::string>> before_;
};

TEST_F(TemporaryFolderTest, IsTmpWhereTheVariablesAreUnsetOrEmpty) {
  EXPECT_EQ(Where(), "/tmp");
  setenv("TMPDIR", "", 1);
  EXPECT_EQ(Where(), "/tmp");
}

TEST_F(TemporaryFolderTest, IsThatOfTheFirstVariableThatIsSet) {
  fs::create_directory(folder_ / "t");
  setenv("TEMP", (folder_ / "t").c_str(), 1);
  EXPECT_EQ(Where(), (folder_ / "t").string());
  setenv("TMPDIR", folder_.path().c_str(), 1);
  EXPECT_EQ(Where(), folder_.path().string());
}

TEST_F(TemporaryFolderTest, IsMadeWhereItIsMissing) {
  setenv("TMPDIR", (folder_ / "a" / "b").c_str(), 1);
  EXPECT_EQ(Where(), (folder_ / "a" / "b").string());
}

TEST_F(TemporaryFolderTest, IsNamedWithItsVariableWhereItCannotBeUsed) {
  setenv("TMPDIR", "/dev/null", 1);
  try {
    LaunchIt();
    FAIL() << "launched";
  } catch (const ResourceError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("the temporary folder /dev/null"),
                                    HasSubstr("set TMPDIR to a folder that can be written to")));
  }
}

TEST_F(LauncherTest, GivesTheCoordinatorsStatusWhateverMpirunReturns) {
  MpirunIs("echo runs $$ 1 >> $status; echo ends 1 >> $status; exit 0");
  EXPECT_EQ(LaunchIt(), kSomeFailed);
  MpirunIs("echo runs $$ 1 >> $status; echo ends 0 >> $status; exit 137");
  EXPECT_EQ(LaunchIt(), kAllEndedWell);
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(LauncherTest, LaunchesAgainWhereTheCoordinatorDied) {
  MpirunIs("echo runs 999999999 1 >> $status; if test -e " + (folder_ / "second").string() +
           "; then echo ends 0 >> $status; fi; touch " + (folder_ / "second").string());
  EXPECT_EQ(LaunchIt(), kAllEndedWell);
  EXPECT_EQ(Launches(), 2U);
  EXPECT_THAT(said_, ElementsAre(HasSubstr("the coordinator died; launching again (1 of 3)")));
}

TEST_F(LauncherTest, SaysThatAllWorkersAreLostWhereTheCoordinatorSaysSo) {
  options_.max_restarts = 1;
  MpirunIs("echo runs 999999999 1 >> $status; echo has lost all workers >> $status");
  EXPECT_EQ(LaunchIt(), kInterrupted);
  EXPECT_EQ(Launches(), 2U);
  EXPECT_THAT(said_, ElementsAre(HasSubstr("all workers are lost; launching again (1 of 1)"),
                                 HasSubstr("it died again")));
}

TEST_F(LauncherTest, GivesUpAfterTheRestartsThatAreAllowed) {
  options_.max_restarts = 2;
  MpirunIs("echo runs 999999999 1 >> $status; exit 137");
  EXPECT_EQ(LaunchIt(), kInterrupted);
  EXPECT_EQ(Launches(), 3U);
}

TEST_F(LauncherTest, AsksTheDatabaseWhereTheCoordinatorRanElsewhere) {
  MpirunIs("exit 0");
  EXPECT_EQ(LaunchIt(kSomeFailed), kSomeFailed);
  EXPECT_EQ(Launches(), 1U);
}

TEST_F(LauncherTest, AnMpirunThatRefusesIsNotLaunchedAgain) {
  MpirunIs("exit 213");
  EXPECT_THROW(LaunchIt(std::nullopt), ResourceError);
  EXPECT_EQ(Launches(), 1U);
}

TEST_F(LauncherTest, LaunchesAgainWhereARankWasKilledBeforeTheCoordinatorCameUp) {
  for (const char* status : {"9", "137"}) {
    fs::remove(folder_ / "second");
    MpirunIs("test -e " + (folder_ / "second").string() + " || { touch " +
             (folder_ / "second").string() + "; exit " + status +
             "; }; echo runs $$ 1 >> $status; echo ends 0 >> $status");
    said_.clear();
    EXPECT_EQ(LaunchIt(std::nullopt), kAllEndedWell);
    EXPECT_THAT(said_, ElementsAre(HasSubstr("a rank died while MPI started; launching again")));
  }
}

TEST_F(LauncherTest, SaysThatAnMpiWithoutRecoveryEndedAllRanks) {
  options_.mpi = MpiFamily::kMpich;
  options_.max_restarts = 1;
  MpirunIs("echo runs 999999999 1 >> $3; exit 9");  // -genv LRSWEEP_STATUS_FILE PATH
  EXPECT_EQ(LaunchIt(), kInterrupted);
  EXPECT_EQ(said_.front(),
            "a rank died, and this MPI ended all others with it; launching again (1 of 1)");
}

TEST_F(LauncherTest, EndsAnMpirunThatHangsAfterTheCoordinatorsEnd) {
  MpirunIs(
      "trap '' TERM; echo runs $$ 1 >> $status; echo ends 0 >> $status; "
      "while :; do sleep 1; done");
  options_.end_limit = std::chrono::milliseconds(100);
  EXPECT_EQ(LaunchIt(), kAllEndedWell);
}

// The last one, because an interrupt counts for the rest of the process.
TEST_F(LauncherTest, PassesAnInterruptOnAsUsr1AndLaunchesNothingMore) {
  MpirunIs("trap 'echo ends 75 >> $status; exit 0' USR1; echo runs $$ 1 >> $status; touch " +
           (folder_ / "up").string() + "; while :; do sleep 0.05; done");
  std::thread user([&] {
    while (!fs::exists(folder_ / "up")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    kill(getpid(), SIGTERM);
  });
  EXPECT_EQ(LaunchIt(), kInterrupted);
  user.join();
  EXPECT_EQ(Launches(), 1U);
}

}  // namespace
}  // namespace lrsweep
