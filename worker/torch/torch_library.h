// What liblrsweep_torch.so exports: the one function through which a program that does not link
// LibTorch comes to the engine that needs it. Library and program belong to the same build.
#pragma once

#include "worker/engine.h"

namespace lrsweep {

inline constexpr const char* kTorchLibrary = "liblrsweep_torch.so";
inline constexpr const char* kMakeTorchEngine = "lrsweep_make_torch_engine";

/// A new engine, owned by the caller. Sets the process to one thread of computation. Throws
/// std::runtime_error (or what LibTorch throws, which derives from it or std::exception) when the
/// device cannot be used.
using MakeTorchEngine = Engine*(int worker_index);

}  // namespace lrsweep
