#include "worker/command/devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace lrsweep {
namespace {

using testing::HasSubstr;

struct Case {
  const char* what;
  double gpus;
  int index;
  Environment environment;
  NodeDevices node;
  const char* name;  // what is expected
  Environment variables;
};

const std::vector<Case> kCases = {
    {"the first of the node's", 1, 0, {}, {4, 0}, "cuda:0", {{"CUDA_VISIBLE_DEVICES", "0"}}},
    {"the third of the node's", 1, 2, {}, {4, 0}, "cuda:2", {{"CUDA_VISIBLE_DEVICES", "2"}}},
    {"two each", 2, 1, {}, {4, 0}, "cuda:2,3", {{"CUDA_VISIBLE_DEVICES", "2,3"}}},
    {"halves", 0.5, 1, {}, {2, 0}, "cuda:0", {{"CUDA_VISIBLE_DEVICES", "0"}}},
    {"halves of the second", 0.5, 2, {}, {2, 0}, "cuda:1", {{"CUDA_VISIBLE_DEVICES", "1"}}},
    {"thirds", 1.0 / 3, 5, {}, {2, 0}, "cuda:1", {{"CUDA_VISIBLE_DEVICES", "1"}}},
    {"0.4: two of them fit", 0.4, 2, {}, {2, 0}, "cuda:1", {{"CUDA_VISIBLE_DEVICES", "1"}}},
    {"of those that are visible",
     1,
     1,
     {{"CUDA_VISIBLE_DEVICES", "3, 5"}},
     {8, 0},
     "cuda:5",
     {{"CUDA_VISIBLE_DEVICES", "5"}}},
    {"by UUID",
     1,
     1,
     {{"CUDA_VISIBLE_DEVICES", "GPU-8f3c,MIG-11/1/0"}},
     {8, 0},
     "cuda:MIG-11/1/0",
     {{"CUDA_VISIBLE_DEVICES", "MIG-11/1/0"}}},
    {"up to the word that is none",
     1,
     0,
     {{"CUDA_VISIBLE_DEVICES", "2,-1,3"}},
     {8, 0},
     "cuda:2",
     {{"CUDA_VISIBLE_DEVICES", "2"}}},
    {"HIP's",
     1,
     1,
     {{"HIP_VISIBLE_DEVICES", "0,1"}},
     {0, 2},
     "hip:1",
     {{"HIP_VISIBLE_DEVICES", "1"}}},
    {"ROCR's, as Slurm sets it",
     1,
     0,
     {{"ROCR_VISIBLE_DEVICES", "4,5"}},
     {0, 8},
     "hip:4",
     {{"ROCR_VISIBLE_DEVICES", "4"}}},
    {"tiles of Intel's",
     1,
     1,
     {{"ZE_AFFINITY_MASK", "0.0,0.1"}},
     {0, 0},
     "ze:0.1",
     {{"ZE_AFFINITY_MASK", "0.1"}}},
    {"AMD's of the node", 1, 1, {}, {0, 2}, "hip:1", {{"HIP_VISIBLE_DEVICES", "1"}}},
    {"each task of srun has its own",
     1,
     3,
     {{"SLURM_LOCALID", "3"}, {"SLURM_GPUS_PER_TASK", "1"}, {"CUDA_VISIBLE_DEVICES", "0"}},
     {1, 0},
     "cuda:0",
     {{"CUDA_VISIBLE_DEVICES", "0"}}},
    {"but not under mpirun in the same job",
     1,
     1,
     {{"SLURM_LOCALID", "0"},
      {"SLURM_GPUS_PER_TASK", "1"},
      {"OMPI_COMM_WORLD_RANK", "1"},
      {"OMPI_COMM_WORLD_SIZE", "3"},
      {"OMPI_COMM_WORLD_LOCAL_SIZE", "3"},
      {"CUDA_VISIBLE_DEVICES", "0,1"}},
     {2, 0},
     "cuda:1",
     {{"CUDA_VISIBLE_DEVICES", "1"}}},
    {"none", 0, 7, {}, {2, 0}, "cpu", {{"CUDA_VISIBLE_DEVICES", ""}}},
    {"none of AMD's",
     0,
     0,
     {},
     {0, 2},
     "cpu",
     {{"CUDA_VISIBLE_DEVICES", ""}, {"HIP_VISIBLE_DEVICES", ""}, {"ROCR_VISIBLE_DEVICES", ""}}},
    {"none of what is set",
     0,
     0,
     {{"ZE_AFFINITY_MASK", "0"}},
     {0, 0},
     "cpu",
     {{"CUDA_VISIBLE_DEVICES", ""}, {"ZE_AFFINITY_MASK", ""}}},
};

TEST(DevicesTest, GivesEachWorkerItsOwn) {
  for (const Case& one : kCases) {
    const ChosenDevices chosen = ChooseDevices(one.gpus, {one.index, 8}, one.environment, one.node);
    EXPECT_EQ(chosen.name, one.name) << one.what;
    EXPECT_EQ(chosen.variables, one.variables) << one.what;
  }
}

std::string Refusal(double gpus, int index, const Environment& environment, NodeDevices node) {
  try {
    return "got " + ChooseDevices(gpus, {index, 8}, environment, node).name;
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(DevicesTest, RefusesWithWhatToDo) {
  EXPECT_EQ(Refusal(1, 2, {}, {2, 0}),
            "trial.gpus is 1, and worker 3 of this node has none left: 2 NVIDIA GPUs of this "
            "node is enough for 2 workers a node; start fewer workers here, or write a smaller "
            "share");
  EXPECT_THAT(Refusal(2, 1, {{"CUDA_VISIBLE_DEVICES", "0,1,2"}}, {4, 0}),
              HasSubstr("CUDA_VISIBLE_DEVICES=0,1,2 is enough for 1 worker"));
  EXPECT_THAT(Refusal(0.5, 4, {}, {2, 0}), HasSubstr("enough for 4 workers"));
  EXPECT_THAT(Refusal(1, 0, {}, {0, 0}), HasSubstr("no /dev/nvidia0; write gpus: 0"));
  EXPECT_THAT(Refusal(1, 0, {{"CUDA_VISIBLE_DEVICES", ""}}, {4, 0}), HasSubstr("write gpus: 0"));
  EXPECT_THAT(Refusal(1, 0, {{"CUDA_VISIBLE_DEVICES", "NoDevFiles"}}, {4, 0}),
              HasSubstr("CUDA_VISIBLE_DEVICES=NoDevFiles; write gpus: 0"));
  EXPECT_THAT(Refusal(1.5, 0, {}, {4, 0}), HasSubstr("expected an integer, or a share"));
}

}  // namespace
}  // namespace lrsweep
