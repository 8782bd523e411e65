// `lrsweep doctor` on broken machines. That of this machine may find anything, so its findings are
// not compared, but that it ends, with findings, and leaves nothing behind.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DoctorTest : public testing::Test {
 protected:
  ProgramResult Shell(const std::string& command) {
    return RunShell("cd '" + folder_.path().string() + "' && " + command);
  }
  /// The finding of this topic of `doctor --json`.
  static nlohmann::json FindingOf(const ProgramResult& result, const std::string& topic) {
    const auto report = nlohmann::json::parse(result.output);
    for (const auto& one : report["findings"]) {
      if (one["topic"] == topic) return one;
    }
    ADD_FAILURE() << "no " << topic << " in " << result.output;
    return {};
  }
  TempFolder folder_;
};

TEST_F(DoctorTest, EndsWithFindingsAndLeavesNothing) {
  const auto result = Shell("timeout 200 " LRSWEEP_PROGRAM " doctor");
  EXPECT_LE(result.status, 1) << result.output;
  for (const char* topic :
       {"lrsweep", "system", "C library", "SQLite", "CPU engine", "cores", "memory", "folder",
        "data mnist", "LibTorch", "GPUs", "MPI", "Slurm", "Python client", "rsvg-convert"}) {
    EXPECT_THAT(result.output, HasSubstr(topic));
  }
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(DoctorTest, WithoutProgramsOnPathItStillEnds) {
  const auto result = Shell("PATH=/nowhere /usr/bin/timeout 200 " LRSWEEP_PROGRAM " doctor --json");
  EXPECT_LE(result.status, 1);
  EXPECT_EQ(FindingOf(result, "Slurm")["health"], "absent");
  EXPECT_EQ(FindingOf(result, "Python client")["health"], "absent");
  EXPECT_EQ(FindingOf(result, "MPI")["health"], "absent");
}

TEST_F(DoctorTest, ABrokenPlugInFailsWithTheReason) {
  folder_.Write("liblrsweep_torch.so", "no library");
  folder_.Write("liblrsweep_mpi.so", "no library");
  fs::copy_file(LRSWEEP_PROGRAM, folder_ / "lrsweep");
  const auto result = Shell("timeout 200 ./lrsweep doctor --json");
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(FindingOf(result, "LibTorch")["health"], "fails");
  EXPECT_THAT(FindingOf(result, "LibTorch")["what"].get<std::string>(),
              HasSubstr("liblrsweep_torch.so"));
}

TEST_F(DoctorTest, AProgramThatHangsIsNotWaitedFor) {
  folder_.Write("srun", "#!/bin/sh\nsleep 1000\n");
  fs::permissions(folder_ / "srun", fs::perms::owner_all);
  const auto result = Shell("PATH=.:$PATH timeout 200 " LRSWEEP_PROGRAM " doctor --json");
  EXPECT_LE(result.status, 1);
  EXPECT_EQ(FindingOf(result, "Slurm")["what"], "srun does not work: no answer within 5 s");
}

TEST_F(DoctorTest, AFolderThatCannotBeWrittenFails) {
  const auto result = RunShell("cd /proc/self && timeout 200 " LRSWEEP_PROGRAM " doctor --json");
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(FindingOf(result, "folder")["health"], "fails");
}

}  // namespace
}  // namespace lrsweep
