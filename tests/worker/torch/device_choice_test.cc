#include "worker/torch/device_choice.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace lrsweep {
namespace {

TEST(ChooseDevice, GivesEachWorkerOfANodeItsOwnGpu) {
  EXPECT_EQ(ChooseDevice(0, 4, true), "cuda:0");
  EXPECT_EQ(ChooseDevice(3, 4, true), "cuda:3");
}

TEST(ChooseDevice, SharesGpusInTurnAmongMoreWorkers) {
  EXPECT_EQ(ChooseDevice(4, 4, true), "cuda:0");
  EXPECT_EQ(ChooseDevice(9, 4, true), "cuda:1");
  EXPECT_EQ(ChooseDevice(7, 1, true), "cuda:0");
}

TEST(ChooseDevice, IsTheCpuWithoutVisibleGpus) { EXPECT_EQ(ChooseDevice(2, 0, true), "cpu"); }

TEST(ChooseDevice, IsTheCpuWhereLibTorchHasNoCuda) { EXPECT_EQ(ChooseDevice(2, 4, false), "cpu"); }

TEST(ChooseDevice, LeavesTheVisibleDevicesAsTheBatchSystemSetThem) {
  setenv("CUDA_VISIBLE_DEVICES", "5,6", 1);
  EXPECT_EQ(ChooseDevice(1, 2, true), "cuda:1");
  EXPECT_STREQ(getenv("CUDA_VISIBLE_DEVICES"), "5,6");
}

TEST(ChooseDevice, RefusesNegativeNumbers) {
  EXPECT_THROW(ChooseDevice(-1, 4, true), std::invalid_argument);
  EXPECT_THROW(ChooseDevice(0, -1, true), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
