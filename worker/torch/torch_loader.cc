#include "worker/torch/torch_loader.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

/// Where the library may be: beside the program (a build folder) or in ../lib (an installed one).
std::vector<fs::path> Candidates() {
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
  return {folder / kTorchLibrary, folder.parent_path() / "lib" / kTorchLibrary};
}

fs::path FindLibrary() {
  std::string looked_for;
  for (const fs::path& candidate : Candidates()) {
    if (fs::exists(candidate)) return candidate;
    looked_for += (looked_for.empty() ? "" : " and ") + candidate.string();
  }
  throw std::runtime_error("LibTorch's engine is missing: looked for " + looked_for +
                           "; use --engine cpu, or build or install lrsweep again");
}

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
  const fs::path path = FindLibrary();
  // OpenBLAS starts a thread per core while it is being loaded, and can only leave them idle later.
  setenv("OPENBLAS_NUM_THREADS", "1", /*overwrite=*/1);
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw std::runtime_error("cannot load LibTorch's engine: " + std::string(dlerror()));
  }
  void* symbol = dlsym(library, kMakeTorchEngine);
  if (symbol == nullptr) {
    throw std::runtime_error(path.string() + " is not the engine of this lrsweep: " + dlerror());
  }
  return reinterpret_cast<MakeTorchEngine*>(symbol);
}

}  // namespace

std::unique_ptr<Engine> LoadTorchEngine(int worker_index) {
  UnsetWhatChangesBits();
  static MakeTorchEngine* const make = OpenLibrary();
  return std::unique_ptr<Engine>(make(worker_index));
}

}  // namespace lrsweep
