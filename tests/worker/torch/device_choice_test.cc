#include "worker/torch/device_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(ChooseDevice, GivesEachWorkerOfANodeItsOwnGpu) {
  EXPECT_EQ(ChooseDevice(0, 4), "cuda:0");
  EXPECT_EQ(ChooseDevice(3, 4), "cuda:3");
}

TEST(ChooseDevice, SharesGpusInTurnAmongMoreWorkers) {
  EXPECT_EQ(ChooseDevice(4, 4), "cuda:0");
  EXPECT_EQ(ChooseDevice(9, 4), "cuda:1");
  EXPECT_EQ(ChooseDevice(7, 1), "cuda:0");
}

TEST(ChooseDevice, IsTheCpuWithoutVisibleGpus) { EXPECT_EQ(ChooseDevice(2, 0), "cpu"); }

TEST(ChooseDevice, LeavesTheVisibleDevicesAsTheBatchSystemSetThem) {
  setenv("CUDA_VISIBLE_DEVICES", "5,6", 1);
  EXPECT_EQ(ChooseDevice(1, 2), "cuda:1");
  EXPECT_STREQ(getenv("CUDA_VISIBLE_DEVICES"), "5,6");
  unsetenv("CUDA_VISIBLE_DEVICES");
}

TEST(ChooseDevice, RefusesNegativeNumbers) {
  EXPECT_THROW(ChooseDevice(-1, 4), std::invalid_argument);
  EXPECT_THROW(ChooseDevice(0, -1), std::invalid_argument);
}

// ---- GPUs that cannot be used

int DriverTooOld() { throw std::runtime_error("the NVIDIA driver is too old (version 11040)"); }

TEST(CountDevices, RefusesAGpuThatLibTorchCannotUse) {
  EXPECT_THAT(
      [] { CountDevices(/*has_gpu=*/true, DriverTooOld); },
      ThrowsMessage<std::runtime_error>(AllOf(
          HasSubstr("the NVIDIA driver is too old (version 11040)"), HasSubstr("--engine cpu"))));
}

TEST(CountDevices, IsZeroWhereThereIsNoGpuToUse) {
  EXPECT_EQ(CountDevices(/*has_gpu=*/false, DriverTooOld), 0);
}

TEST(CountDevices, IsWhatLibTorchCounts) {
  EXPECT_EQ(CountDevices(/*has_gpu=*/true, [] { return 3; }), 3);
  EXPECT_EQ(CountDevices(/*has_gpu=*/false, [] { return 0; }), 0);
}

// ---- Whether there is a GPU

TEST(ShowsGpu, TakesNumbersAndTheIdentifiersOfDevices) {
  EXPECT_TRUE(ShowsGpu(nullptr));
  for (const char* visible : {"0", "5,6", "12", "0,-1", "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6",
                              "MIG-GPU-8932f937/1/0", "MIG-1b2c3d4e"}) {
    EXPECT_TRUE(ShowsGpu(visible)) << visible;
  }
}

TEST(ShowsGpu, TakesEveryOtherWordForNoDevice) {
  for (const char* visible : {"", "-1", "-1,0", "NoDevFiles", "none", "void", "no", "GPU", ","}) {
    EXPECT_FALSE(ShowsGpu(visible)) << visible;
  }
}

/// Whether a folder in place of /dev with these files has a GPU.
bool CanOpenGpuWith(const std::vector<std::string>& files) {
  const TempFolder devices;
  for (const std::string& file : files) devices.Write(file, "");
  return CanOpenGpu(devices.path().string());
}

TEST(CanOpenGpu, NeedsTheControlFileAndADevice) {
  EXPECT_TRUE(CanOpenGpuWith({"nvidiactl", "nvidia0"}));
  EXPECT_TRUE(CanOpenGpuWith({"nvidiactl", "nvidia-uvm", "nvidia12"}));
  EXPECT_FALSE(CanOpenGpuWith({}));
  EXPECT_FALSE(CanOpenGpuWith({"nvidia0"}));
  EXPECT_FALSE(CanOpenGpuWith({"nvidiactl"}));
  EXPECT_FALSE(CanOpenGpuWith({"nvidiactl", "nvidia", "nvidia-uvm", "nvidia0x"}));
  EXPECT_FALSE(CanOpenGpu("/no/such/folder"));
}

// As a device filter does, a folder refuses to be opened whatever its permissions are.
TEST(CanOpenGpu, OpensTheDevice) {
  const TempFolder devices;
  devices.Write("nvidiactl", "");
  std::filesystem::create_directory(devices / "nvidia0");
  EXPECT_FALSE(CanOpenGpu(devices.path().string()));
  devices.Write("nvidia1", "");
  EXPECT_TRUE(CanOpenGpu(devices.path().string()));
}

// ---- Graphs

TEST(UsesCudaGraphs, IsOnUnlessSwitchedOff) {
  EXPECT_TRUE(UsesCudaGraphs(nullptr));
  EXPECT_TRUE(UsesCudaGraphs("on"));
  EXPECT_FALSE(UsesCudaGraphs("off"));
}

TEST(UsesCudaGraphs, RefusesAnotherWord) {
  EXPECT_THAT([] { UsesCudaGraphs("0"); },
              ThrowsMessage<std::invalid_argument>("the environment variable LRSWEEP_CUDA_GRAPHS "
                                                   "is '0': expected on or off"));
}

}  // namespace
}  // namespace lrsweep
