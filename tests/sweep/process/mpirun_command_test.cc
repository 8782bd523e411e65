#include "sweep/process/mpirun_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "params/errors.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(MpirunCommandTest, LaunchesACoordinatorBesideTheWorkersWithRecovery) {
  EXPECT_THAT(MpirunCommand({.workers = 3, .worker_timeout_seconds = 30}, false,
                            {"LRSWEEP_STATUS_FILE=/tmp/s"}, {"lrsweep", "run", "s.yaml"}),
              ElementsAre("mpirun", "--enable-recovery", "--oversubscribe", "--bind-to", "none",
                          "--mca", "btl_vader_single_copy_mechanism", "none", "--mca",
                          "odls_base_sigkill_timeout", "10", "--mca", "oob_tcp_keepalive_time",
                          "30", "--mca", "oob_tcp_keepalive_intvl", "10", "--mca",
                          "oob_tcp_keepalive_probes", "3", "-x", "LRSWEEP_STATUS_FILE=/tmp/s", "-x",
                          "LRSWEEP_RECOVERY=1", "-n", "4", "lrsweep", "run", "s.yaml"));
}

TEST(MpirunCommandTest, PassesHostfileAndFurtherArgumentsThrough) {
  const LaunchOptions options{
      .workers = 1, .hostfile = "hosts", .mpirun_arguments = {"--map-by", "node"}};
  const auto command = MpirunCommand(options, true, {}, {"lrsweep"});
  EXPECT_THAT(command, AllOf(Contains("--allow-run-as-root"), Contains("hosts"), Contains("node")));
  EXPECT_EQ(command.back(), "lrsweep");
}

TEST(MpirunCommandTest, GivesHydraItsOwnOptions) {
  const LaunchOptions options{.mpi = MpiFamily::kMpich,
                              .workers = 3,
                              .hostfile = "my hosts",
                              .mpirun_arguments = {"-ppn", "2"}};
  EXPECT_THAT(
      MpirunCommand(options, true, {"LRSWEEP_STATUS_FILE=/tmp/a=b"}, {"lrsweep", "run"}),
      ElementsAre("mpirun", "-genv", "LRSWEEP_STATUS_FILE", "/tmp/a=b", "-genv", "I_MPI_PIN", "off",
                  "-n", "4", "-f", "my hosts", "-ppn", "2", "lrsweep", "run"));
}

TEST(MpiFamilyTest, IsToldFromTheVersionOfMpirunOrOfTheLibrary) {
  const struct {
    const char* version;
    MpiFamily family;
  } kCases[] = {
      {"mpirun (Open MPI) 4.1.4\n\nReport bugs to", MpiFamily::kOpenMpi},
      {"mpirun (Open MPI) 5.0.11\n", MpiFamily::kOpenMpi},
      {"Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4", MpiFamily::kOpenMpi},
      {"mpirun (IBM Spectrum MPI) 10.03.01", MpiFamily::kOpenMpi},
      {"HYDRA build details:\n    Version:     5.0.2\n", MpiFamily::kMpich},
      {"MPICH Version:\t5.0.2\n", MpiFamily::kMpich},
      {"Intel(R) MPI Library for Linux* OS, Version 2021.13 Build", MpiFamily::kMpich},
      {"MVAPICH2 Version      :\t2.3.7", MpiFamily::kMpich},
  };
  for (const auto& one : kCases) EXPECT_EQ(FamilyOf(one.version), one.family) << one.version;
}

TEST(MpiFamilyTest, WithoutMpirunSaysWhatToLoad) {
  const TempFolder empty;
  const std::string path = std::getenv("PATH");
  setenv("PATH", empty.path().c_str(), 1);
  try {
    FindMpirun();
    ADD_FAILURE() << "found one";
  } catch (const ResourceError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("no mpirun in PATH"), HasSubstr("module load")));
  }
  setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace lrsweep
