#include "platform/mpi_rank.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace lrsweep {
namespace {

using Variables = std::map<std::string, std::string>;

std::optional<MpiRank> RankBy(const Variables& variables) {
  return FindMpiRank([&variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
  });
}

void ExpectRank(const Variables& variables, int rank, int size, int local_size) {
  const auto found = RankBy(variables);
  ASSERT_TRUE(found) << variables.begin()->first;
  EXPECT_EQ(found->rank, rank) << variables.begin()->first;
  EXPECT_EQ(found->size, size) << variables.begin()->first;
  EXPECT_EQ(found->local_size, local_size) << variables.begin()->first;
}

TEST(MpiRankTest, IsToldByEveryLauncher) {
  ExpectRank({{"OMPI_COMM_WORLD_RANK", "2"},
              {"OMPI_COMM_WORLD_SIZE", "5"},
              {"OMPI_COMM_WORLD_LOCAL_SIZE", "3"},
              {"PMIX_RANK", "2"}},
             2, 5, 3);
  ExpectRank({{"PMI_RANK", "1"}, {"PMI_SIZE", "4"}, {"MPI_LOCALNRANKS", "2"}}, 1, 4, 2);
  ExpectRank({{"MV2_COMM_WORLD_RANK", "1"},
              {"MV2_COMM_WORLD_SIZE", "4"},
              {"MV2_COMM_WORLD_LOCAL_SIZE", "2"}},
             1, 4, 2);
}

TEST(MpiRankTest, IsToldBySrunWithoutThePlaceOnTheMachine) {
  ExpectRank({{"PMIX_RANK", "3"}, {"SLURM_STEP_NUM_TASKS", "4"}}, 3, 4, 0);
  ExpectRank({{"PMI_RANK", "3"}, {"PMI_SIZE", "4"}}, 3, 4, 0);
  EXPECT_FALSE(RankBy({{"PMI_RANK", "3"}, {"PMI_SIZE", "4"}})->IsByMpirun());
}

TEST(MpiRankTest, IsNotThereInALoneProcessOrATaskOfSrunWithoutMpi) {
  EXPECT_FALSE(RankBy({}));
  EXPECT_FALSE(RankBy({{"SLURM_STEP_NUM_TASKS", "4"}, {"SLURM_PROCID", "1"}}));
}

TEST(MpiRankTest, ALaunchOfSeveralCountsBeforeAnInheritedOneOfOne) {
  ExpectRank({{"OMPI_COMM_WORLD_RANK", "0"},
              {"OMPI_COMM_WORLD_SIZE", "1"},
              {"OMPI_COMM_WORLD_LOCAL_SIZE", "1"},
              {"PMI_RANK", "2"},
              {"PMI_SIZE", "3"},
              {"MPI_LOCALNRANKS", "3"}},
             2, 3, 3);
  ExpectRank({{"PMI_RANK", "0"}, {"PMI_SIZE", "1"}, {"MPI_LOCALNRANKS", "1"}}, 0, 1, 1);
}

}  // namespace
}  // namespace lrsweep
