// Loads the LibTorch engine: the program does not link LibTorch, it opens a shared library that
// does, and only when a sweep needs it.
#pragma once

#include <memory>

#include "worker/engine.h"

namespace lrsweep {

/// Makes the LibTorch engine of liblrsweep_torch.so, a plug-in (platform/plugin.h).
/// The first call loads it (half a second and 200 MB); it stays loaded until the process ends.
/// `worker_index` is this worker's number among the workers of its node, from 0: with CUDA it
/// chooses the device (ChooseDevice). From then on the process computes on one thread (LibTorch,
/// OpenMP and BLAS). Throws std::runtime_error when the library or the device cannot be used, and
/// std::invalid_argument for a wrong LRSWEEP_CUDA_GRAPHS. Call it before other threads read the
/// environment: it sets OPENBLAS_NUM_THREADS, and unsets what would change the bits of products.
std::unique_ptr<Engine> LoadTorchEngine(int worker_index);

// What the shared library exports. Program and library come from the same build, so that the
// interface needs no version.

inline constexpr const char* kTorchLibrary = "liblrsweep_torch.so";
inline constexpr const char* kMakeTorchEngine = "lrsweep_make_torch_engine";

/// The type of the exported function kMakeTorchEngine: a new engine, which the caller owns. Sets
/// the process to one computing thread. Throws as LoadTorchEngine.
using MakeTorchEngine = Engine*(int worker_index);

}  // namespace lrsweep
