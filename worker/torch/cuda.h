// The calls for which LibTorch needs CUDA. A build without CUDA sees no device and makes no other
// call.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "worker/torch/repeated_work.h"

namespace lrsweep {

/// Returns the number of GPUs that LibTorch can use, 0 in a build without CUDA. Throws c10::Error,
/// which says why, if it can use none.
int CountCudaDevices();

/// Returns what the bits of the device's computations depend on, LibTorch's version excepted:
/// "NVIDIA H100 80GB HBM3, compute capability 9.0, 132 SMs, cuBLAS 13.1.0".
std::string DescribeCudaDevice(int index);

/// Returns the device's UUID, as hex digits.
std::string CudaDeviceId(int index);

/// Captures `work` on the current stream, which must not be the default one. Throws
/// std::runtime_error if that fails; LibTorch's allocator and the stream may then be unusable.
std::unique_ptr<Graph> CaptureCudaGraph(const std::function<void()>& work);

}  // namespace lrsweep
