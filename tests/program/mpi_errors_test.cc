// What a user is told where MPI is missing, or does not fit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/run_fixture.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class MpiErrorsTest : public RunTest {
 protected:
  /// Runs `program` with `variables` in its environment, launched by mpirun.
  ProgramResult Launch(const std::string& variables, const std::string& program = LRSWEEP_PROGRAM) {
    return RunShell(
        InFolder(variables + " '" + program + "' run s.yaml --workers 2 --launcher mpirun"));
  }
};

TEST_F(MpiErrorsTest, WithoutMpirunSaysWhatToLoad) {
  const auto result = Launch("PATH=/nowhere");
  EXPECT_EQ(result.status, 74) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("lrsweep: there is no mpirun in PATH"),
                                   HasSubstr("module load"), HasSubstr("--workers N` needs none")));
  EXPECT_FALSE(fs::exists(folder_ / "s.db"));
}

TEST_F(MpiErrorsTest, WithoutThePluginSaysHowToBuildIt) {
  fs::create_directory(folder_ / "a copy");
  fs::copy_file(LRSWEEP_PROGRAM, folder_ / "a copy" / "lrsweep");
  const auto result = Launch("LRSWEEP_PLUGINS=", (folder_ / "a copy" / "lrsweep").string());
  EXPECT_EQ(result.status, 74) << result.output;
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("lrsweep: the MPI plug-in is missing: looked for "),
                    HasSubstr("a copy/liblrsweep_mpi.so"), HasSubstr("build-mpi-plugin")));
}

TEST_F(MpiErrorsTest, APluginWhoseMpiIsNotLoadedSaysSo) {
  folder_.Write("plug.c",
                "int missing(void); int call(void) { return "
                "missing(); }\n");
  const auto built = RunShell(InFolder(
      "echo 'int missing(void) { return 1; }' > m.c && cc -shared -fPIC -o libmpi.so.99 m.c && cc "
      "-shared -fPIC -o liblrsweep_mpi.so plug.c ./libmpi.so.99 && rm libmpi.so.99"));
  ASSERT_EQ(built.status, 0) << built.output;
  const auto result = Launch("LRSWEEP_PLUGINS=" + folder_.path().string());
  EXPECT_EQ(result.status, 74) << result.output;
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("lrsweep: cannot load the MPI plug-in ("), HasSubstr("libmpi.so.99"),
                    HasSubstr("load the module of the MPI that it was built with")));
}

TEST_F(MpiErrorsTest, AnMpirunOfAnotherMpiIsRefusedByTheLauncher) {
  const bool has_open_mpi =
      RunShell("mpirun --version").output.find("Open MPI") != std::string::npos;
  const std::string other = has_open_mpi ? "HYDRA build details:" : "mpirun (Open MPI) 5.0.11";
  folder_.Write("mpirun", "#!/bin/sh\necho '" + other + "'\n");
  fs::permissions(folder_ / "mpirun", fs::perms::owner_all);
  const auto result = Launch("PATH=" + folder_.path().string() + ":$PATH");
  EXPECT_EQ(result.status, 74) << result.output;
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("lrsweep: mpirun in PATH is of "),
                    HasSubstr(", and the MPI plug-in uses "), HasSubstr("load one module only")));
}

TEST_F(MpiErrorsTest, RanksThatDoNotFindOneAnotherSaySoOnce) {
  // Ranks of an mpirun that is not the plug-in's.
  const auto rank = [this](int number) {
    const std::string n = std::to_string(number);
    return RunShell(InFolder("MV2_COMM_WORLD_RANK=" + n +
                             " MV2_COMM_WORLD_SIZE=3 MV2_COMM_WORLD_LOCAL_SIZE=3 " LRSWEEP_PROGRAM
                             " run s.yaml"));
  };
  const auto first = rank(0);
  EXPECT_EQ(first.status, 2) << first.output;
  EXPECT_THAT(first.output,
              AllOf(HasSubstr("lrsweep: one of 3 processes that were launched finds no other by "),
                    HasSubstr("launch with the mpirun of that MPI")));
  const auto second = rank(1);
  EXPECT_NE(second.status, 0);
  EXPECT_EQ(second.output, "");
}

}  // namespace
}  // namespace lrsweep
