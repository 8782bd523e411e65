#include "worker/torch/torch_loader.h"

#include <cstdlib>

#include "platform/plugin.h"

namespace lrsweep {
namespace {

/// Removes from the environment what would change the bits of CUDA's products: LibTorch and cuBLAS
/// read it while they are loaded, or at the first product.
void UnsetWhatChangesBits() {
  for (const char* name : {"CUBLAS_EMULATE_DOUBLE_PRECISION", "CUBLAS_EMULATE_SINGLE_PRECISION",
                           "CUBLAS_EMULATION_STRATEGY", "CUBLAS_WORKSPACE_CONFIG",
                           "NVIDIA_TF32_OVERRIDE", "PYTORCH_TUNABLEOP_ENABLED",
                           "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "TORCH_BLAS_PREFER_CUBLASLT"}) {
    unsetenv(name);
  }
}

/// The library stays open until the process ends: LibTorch does not survive being unloaded.
MakeTorchEngine* OpenLibrary() {
  // OpenBLAS starts a thread per core while it is being loaded, and can only leave them idle later.
  setenv("OPENBLAS_NUM_THREADS", "1", /*overwrite=*/1);
  return reinterpret_cast<MakeTorchEngine*>(
      OpenPlugin({.file_name = kTorchLibrary,
                  .symbol = kMakeTorchEngine,
                  .what = "LibTorch's engine",
                  .if_missing = "use --engine cpu, or build or install lrsweep again",
                  .if_unloadable = "use --engine cpu, or load the module of the LibTorch that it "
                                   "was built with (`module load`)"}));
}

}  // namespace

std::unique_ptr<Engine> LoadTorchEngine(int worker_index) {
  UnsetWhatChangesBits();
  static MakeTorchEngine* const make = OpenLibrary();
  return std::unique_ptr<Engine>(make(worker_index));
}

}  // namespace lrsweep
