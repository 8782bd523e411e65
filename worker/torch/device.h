// Which device a worker trains on, and whether there is a GPU at all.
#pragma once

#include <string>

namespace lrsweep {

/// "cuda:k" with k = `worker_index` modulo `visible_devices`, or "cpu" where LibTorch cannot use
/// CUDA (`cuda_capable` false) or sees no device. `worker_index` is the worker's place among the
/// *training* ranks of its node, from 0: a coordinator that trains nothing takes no GPU.
/// k counts visible devices: CUDA_VISIBLE_DEVICES, which a batch system may have set, stays as it
/// is. Throws std::invalid_argument for a negative argument.
std::string ChooseDevice(int worker_index, int visible_devices, bool cuda_capable);

/// Whether this build's LibTorch has CUDA and this machine shows an NVIDIA device that
/// CUDA_VISIBLE_DEVICES does not hide. Looks at names only and loads nothing.
bool HasUsableGpu();

}  // namespace lrsweep
