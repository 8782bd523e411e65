// What the bits of the LibTorch engine depend on.
#pragma once

#include <cstddef>
#include <string>

#include "worker/torch/compute_device.h"

namespace lrsweep {

/// Returns what the bits of the engine's results depend on beside the trial, as parts joined by
/// ", ". On the CPU: "AVX2, OpenBLAS SkylakeX, LibTorch 1.13.1". On CUDA: "NVIDIA H100 80GB HBM3,
/// compute capability 9.0, 132 SMs, cuBLAS 13.1.0, LibTorch 2.11.0". If the packs have a fixed
/// size, it is another part: "packs of 64".
std::string ComputeTarget(const ComputeDevice& device, size_t fixed_pack_size);

}  // namespace lrsweep
