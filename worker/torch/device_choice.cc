#include "worker/torch/device_choice.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace lrsweep {
namespace {

bool IsDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// "nvidia0", but not "nvidiactl" or "nvidia-uvm".
bool IsDeviceFile(std::string_view name) {
  constexpr std::string_view kPrefix = "nvidia";
  return name.size() > kPrefix.size() && name.substr(0, kPrefix.size()) == kPrefix &&
         std::all_of(name.begin() + kPrefix.size(), name.end(), IsDigit);
}

bool CanOpen(const std::string& file) {
  const int opened = open(file.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (opened < 0) return false;
  close(opened);
  return true;
}

}  // namespace

std::string ChooseDevice(int worker_index, int visible_devices) {
  if (worker_index < 0 || visible_devices < 0) {
    throw std::invalid_argument("a worker's index and the number of devices are at least 0");
  }
  if (visible_devices == 0) return "cpu";
  return "cuda:" + std::to_string(worker_index % visible_devices);
}

int CountDevices(bool has_gpu, const std::function<int()>& count) {
  try {
    return count();
  } catch (const std::exception& error) {
    if (!has_gpu) return 0;
    throw std::runtime_error(
        "LibTorch cannot use this machine's GPU; train with --engine cpu, or hide the GPU "
        "(CUDA_VISIBLE_DEVICES=) to train with LibTorch on the CPU. The reason: " +
        std::string(error.what()));
  }
}

bool HasUsableGpu() {
#ifdef LRSWEEP_TORCH_HAS_CUDA
  return ShowsGpu(std::getenv("CUDA_VISIBLE_DEVICES")) && CanOpenGpu("/dev");
#else
  return false;
#endif
}

bool ShowsGpu(const char* visible) {
  if (visible == nullptr) return true;
  const std::string_view words = visible;
  const std::string_view kind = words.substr(0, 4);
  return (!words.empty() && IsDigit(words.front())) || kind == "GPU-" || kind == "MIG-";
}

// Without std::filesystem: PyTorch's libraries export that of an older compiler, which crashes in a
// program that is linked with them (torch_test).
bool CanOpenGpu(const std::string& folder) {
  if (!CanOpen(folder + "/nvidiactl")) return false;
  const std::unique_ptr<DIR, int (*)(DIR*)> files(opendir(folder.c_str()), closedir);
  if (files == nullptr) return false;
  while (const dirent* file = readdir(files.get())) {
    const std::string_view name = static_cast<const char*>(file->d_name);
    if (IsDeviceFile(name) && CanOpen(std::string(folder).append("/").append(name))) return true;
  }
  return false;
}

bool UsesCudaGraphs(const char* setting) {
  const std::string_view wanted = setting == nullptr ? "on" : setting;
  if (wanted == "on" || wanted == "off") return wanted == "on";
  throw std::invalid_argument("the environment variable LRSWEEP_CUDA_GRAPHS is '" +
                              std::string(wanted) + "': expected on or off");
}

}  // namespace lrsweep
