// Finds functions of the libraries that LibTorch may have loaded.
#pragma once

#include <dlfcn.h>

namespace lrsweep {

/// Finds a function of a library that LibTorch may have loaded; nullptr if there is none.
template <typename Function>
Function* FindFunction(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace lrsweep
