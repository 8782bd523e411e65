// Chooses the device that a worker trains on, and tells whether there is a GPU at all.
#pragma once

#include <functional>
#include <string>

namespace lrsweep {

/// Returns "cuda:k" with k = `worker_index` modulo `visible_devices`, or "cpu" when LibTorch sees
/// no device. `worker_index` is the worker's number among the *training* ranks of its node, from 0:
/// a coordinator that does not train takes no GPU. k counts visible devices; CUDA_VISIBLE_DEVICES,
/// which a batch system may have set, is neither read nor changed here. Throws
/// std::invalid_argument for a negative argument.
std::string ChooseDevice(int worker_index, int visible_devices);

/// Returns the number of devices that `count` returns: 1 or more, or 0 in a build without CUDA.
/// `count` throws std::exception, which says why, if LibTorch can use none. Then: returns 0 unless
/// `has_gpu`; throws std::runtime_error with that reason if `has_gpu`, because LibTorch on the CPU
/// is several times slower than the CPU engine and must be asked for.
int CountDevices(bool has_gpu, const std::function<int()>& count);

/// Returns whether this build's LibTorch has CUDA and this machine has an NVIDIA device that a
/// program may open and that CUDA_VISIBLE_DEVICES does not hide. Loads no library.
bool HasUsableGpu();

/// Returns whether `visible`, the value of CUDA_VISIBLE_DEVICES or null, leaves a GPU visible: it
/// is unset, or begins with a number, GPU- or MIG-. CUDA ignores what comes after any other word,
/// and batch systems write such a word for "none": Slurm's is NoDevFiles.
bool ShowsGpu(const char* visible);

/// Returns whether the driver's files in `folder` can be opened: nvidiactl and at least one
/// nvidia<number>. Opens them, because access() does not ask the device filter (cgroup) of a
/// container or of a batch job.
bool CanOpenGpu(const std::string& folder);

/// Returns whether steps are replayed as CUDA graphs, by `setting`, the value of
/// LRSWEEP_CUDA_GRAPHS or null: "on", which is the default, or "off". Throws std::invalid_argument
/// for another value.
bool UsesCudaGraphs(const char* setting);

}  // namespace lrsweep
