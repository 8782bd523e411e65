// Chooses the device that a worker trains on, and tells whether there is a GPU at all.
#pragma once

#include <string>

namespace lrsweep {

/// Returns "cuda:k" with k = `worker_index` modulo `visible_devices`, or "cpu" when LibTorch cannot
/// use CUDA (`cuda_capable` false) or sees no device. `worker_index` is the worker's number among
/// the *training* ranks of its node, from 0: a coordinator that does not train takes no GPU.
/// k counts visible devices; CUDA_VISIBLE_DEVICES, which a batch system may have set, is neither
/// read nor changed here. Throws std::invalid_argument for a negative argument.
std::string ChooseDevice(int worker_index, int visible_devices, bool cuda_capable);

/// Returns whether this build's LibTorch has CUDA and this machine has an NVIDIA device that
/// CUDA_VISIBLE_DEVICES does not hide. Checks only file names and the environment: loads nothing.
bool HasUsableGpu();

}  // namespace lrsweep
