#include "worker/command/child_environment.h"

#include <gtest/gtest.h>

namespace lrsweep {
namespace {

TEST(ChildEnvironmentTest, HidesTheWorkersRankAndItsOwnVariables) {
  for (const char* name :
       {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "PMI2_RANK", "PRTE_LAUNCHED",
        "MV2_COMM_WORLD_RANK", "SLURM_PROCID", "SLURM_LOCALID", "SLURM_NODEID", "SLURM_NTASKS",
        "LRSWEEP_STATUS_FILE", "LRSWEEP_RESUME", "LRSWEEP_GUARD"}) {
    EXPECT_TRUE(IsOfTheWorker(name)) << name;
  }
  for (const char* name : {"PATH", "HOME", "SLURM_JOB_ID", "SLURM_CPUS_PER_TASK", "MPICC",
                           "LRSWEEP_DATA_DIR", "OMPI", "MASTER_ADDR"}) {
    EXPECT_FALSE(IsOfTheWorker(name)) << name;
  }
  EXPECT_EQ(ProgramEnvironment({{"HOME", "/h"}, {"PMIX_RANK", "1"}}, 3),
            (Environment{{"HOME", "/h"},
                         {"OMP_NUM_THREADS", "3"},
                         {"MKL_NUM_THREADS", "3"},
                         {"OPENBLAS_NUM_THREADS", "3"},
                         {"PYTHONUNBUFFERED", "1"}}));
}

TEST(ChildEnvironmentTest, LeavesWhatTheUserHasSet) {
  const Environment user{{"OMP_NUM_THREADS", "8"}, {"PYTHONUNBUFFERED", ""}};
  const Environment environment = ProgramEnvironment(user, 2);
  EXPECT_EQ(environment.at("OMP_NUM_THREADS"), "8");
  EXPECT_EQ(environment.at("PYTHONUNBUFFERED"), "");
}

TEST(ChildEnvironmentTest, GivesTheUsersCountOfThreadsToEveryLibrary) {
  const Environment one = ProgramEnvironment({{"OMP_NUM_THREADS", "8"}}, 2);
  EXPECT_EQ(one.at("MKL_NUM_THREADS"), "8");
  EXPECT_EQ(one.at("OPENBLAS_NUM_THREADS"), "8");
  const Environment nested = ProgramEnvironment({{"OMP_NUM_THREADS", "4,2"}}, 2);
  EXPECT_EQ(nested.at("OMP_NUM_THREADS"), "4,2");
  EXPECT_EQ(nested.at("MKL_NUM_THREADS"), "4");
}

TEST(ChildEnvironmentTest, MakesWords) {
  EXPECT_EQ(ToWords({{"A", "1=2"}, {"B", ""}}), (std::vector<std::string>{"A=1=2", "B="}));
}

TEST(ChildEnvironmentTest, SharesCoresAndGivesAtLeastOne) {
  const int all = CoresOf(1);
  EXPECT_GE(all, 1);
  EXPECT_EQ(CoresOf(2), std::max(1, all / 2));
  EXPECT_EQ(CoresOf(1'000'000), 1);
}

}  // namespace
}  // namespace lrsweep
