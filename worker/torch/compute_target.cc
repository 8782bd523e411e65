#include "worker/torch/compute_target.h"

#include <ATen/ATen.h>
#include <torch/version.h>

#include "worker/torch/cuda.h"
#include "worker/torch/find_function.h"

namespace lrsweep {
namespace {

/// Returns the vector instructions that ATen's own loops use, such as "AVX2".
std::string CpuCapability() {
  const std::string config = at::show_config();
  const std::string label = "CPU capability usage: ";
  const size_t start = config.find(label);
  if (start == std::string::npos) return "unknown";
  const size_t end = config.find('\n', start);
  const size_t value = start + label.size();
  return config.substr(value, end == std::string::npos ? end : end - value);
}

std::string BlasName() {
  if (auto* core_name = FindFunction<char*()>("openblas_get_corename")) {
    return std::string("OpenBLAS ") + core_name();
  }
  return at::hasMKL() ? "MKL" : "other BLAS";
}

}  // namespace

std::string ComputeTarget(const ComputeDevice& device, size_t fixed_pack_size) {
  return (device.IsCuda() ? DescribeCudaDevice(device.Device().index())
                          : CpuCapability() + ", " + BlasName()) +
         ", LibTorch " TORCH_VERSION +
         (fixed_pack_size == 0 ? "" : ", packs of " + std::to_string(fixed_pack_size));
}

}  // namespace lrsweep
