#include "worker/torch/device_choice.h"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace lrsweep {

std::string ChooseDevice(int worker_index, int visible_devices, bool cuda_capable) {
  if (worker_index < 0 || visible_devices < 0) {
    throw std::invalid_argument("a worker's index and the number of devices are at least 0");
  }
  if (!cuda_capable || visible_devices == 0) return "cpu";
  return "cuda:" + std::to_string(worker_index % visible_devices);
}

bool HasUsableGpu() {
#ifdef LRSWEEP_TORCH_HAS_CUDA
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  const bool hidden = visible != nullptr && (*visible == '\0' || *visible == '-');
  return !hidden && access("/dev/nvidiactl", R_OK | W_OK) == 0;
#else
  return false;
#endif
}

}  // namespace lrsweep
