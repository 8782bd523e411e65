#include "sweep/process/launcher_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "params/errors.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;

/// Has no variable of a batch system, whatever the tests run in.
class LauncherChoiceTest : public testing::Test {
 protected:
  LauncherChoiceTest() {
    for (const char* name :
         {"SLURM_JOB_NUM_NODES", "SLURM_NNODES", "PBS_NODEFILE", "PE_HOSTFILE", "LSB_MCPU_HOSTS",
          "OMPI_MCA_orte_default_hostfile", "PRTE_MCA_prte_default_hostfile"}) {
      const char* value = std::getenv(name);
      before_[name] = value == nullptr ? std::nullopt : std::optional<std::string>(value);
      unsetenv(name);
    }
  }
  ~LauncherChoiceTest() override {
    for (const auto& [name, value] : before_) {
      unsetenv(name.c_str());
      if (value) setenv(name.c_str(), value->c_str(), 1);
    }
  }
  static LaunchMethod Auto() { return ChooseLaunchMethod("auto", "", {}); }

  TempFolder folder_;

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

TEST_F(LauncherChoiceTest, ForksOnOneMachine) {
  EXPECT_EQ(Auto(), LaunchMethod::kFork);
  setenv("SLURM_JOB_NUM_NODES", "1", 1);
  setenv("LSB_MCPU_HOSTS", "here 8", 1);
  setenv("PBS_NODEFILE", folder_.Write("nodes", "here\nhere\nhere\n").c_str(), 1);
  EXPECT_EQ(Auto(), LaunchMethod::kFork);
  EXPECT_EQ(ChooseLaunchMethod("mpirun", "", {}), LaunchMethod::kMpirun);
}

TEST_F(LauncherChoiceTest, TakesMpirunWhereTheUserSpeaksOfIt) {
  EXPECT_EQ(ChooseLaunchMethod("auto", "hosts", {}), LaunchMethod::kMpirun);
  EXPECT_EQ(ChooseLaunchMethod("auto", "", {"--map-by", "node"}), LaunchMethod::kMpirun);
  setenv("PRTE_MCA_prte_default_hostfile", "hosts", 1);
  EXPECT_EQ(Auto(), LaunchMethod::kMpirun);
}

TEST_F(LauncherChoiceTest, TakesMpirunInABatchJobOfSeveralNodesUnlessToldToFork) {
  setenv("SLURM_NNODES", "2", 1);
  EXPECT_EQ(Auto(), LaunchMethod::kMpirun);
  EXPECT_EQ(ChooseLaunchMethod("fork", "", {}), LaunchMethod::kFork);
  unsetenv("SLURM_NNODES");
  setenv("LSB_MCPU_HOSTS", "here 8 there 8", 1);
  EXPECT_EQ(Auto(), LaunchMethod::kMpirun);
  unsetenv("LSB_MCPU_HOSTS");
  setenv("PE_HOSTFILE", folder_.Write("hosts", "here 4 all.q\nthere 4 all.q\n").c_str(), 1);
  EXPECT_EQ(Auto(), LaunchMethod::kMpirun);
}

TEST_F(LauncherChoiceTest, RefusesToForkWithWhatIsOnlyMpiruns) {
  const auto why = [](const std::string& hostfile, const std::vector<std::string>& words) {
    try {
      ChooseLaunchMethod("fork", hostfile, words);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_THAT(why("hosts", {}), HasSubstr("leave out --hostfile, or take --launcher mpirun"));
  EXPECT_THAT(why("", {"-v"}), HasSubstr("leave out what follows --"));
}

}  // namespace
}  // namespace lrsweep
