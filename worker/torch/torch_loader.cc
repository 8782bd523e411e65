// LoadTorchEngine: finds and opens the shared library that holds LibTorch's side.
#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "worker/engine.h"
#include "worker/torch/torch_library.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

/// Beside the program (a build folder), then ../lib (an installed program).
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
  throw std::runtime_error("the training library is missing: looked for " + looked_for);
}

/// The library stays open until the process ends: LibTorch does not survive being unloaded.
MakeTorchEngine* OpenLibrary() {
  const fs::path path = FindLibrary();
  // OpenBLAS would start a thread per core while it is loaded; later it can only leave them idle.
  setenv("OPENBLAS_NUM_THREADS", "1", /*overwrite=*/1);
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw std::runtime_error("cannot load the training library: " + std::string(dlerror()));
  }
  void* symbol = dlsym(library, kMakeTorchEngine);
  if (symbol == nullptr) {
    throw std::runtime_error(path.string() + " is not lrsweep's training library: " + dlerror());
  }
  return reinterpret_cast<MakeTorchEngine*>(symbol);
}

}  // namespace

std::unique_ptr<Engine> LoadTorchEngine(int worker_index) {
  static MakeTorchEngine* const make = OpenLibrary();
  return std::unique_ptr<Engine>(make(worker_index));
}

}  // namespace lrsweep
