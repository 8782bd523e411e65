#pragma once

#include <stdexcept>

namespace lrsweep {

/// An error that the program and its plug-in both know.
struct PluginError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace lrsweep
