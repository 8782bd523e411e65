// Finds and opens the plug-ins: shared libraries of lrsweep that are loaded only when a command
// needs them, so that the program needs neither LibTorch nor MPI.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lrsweep {

/// Where a plug-in may be: beside the program (a build folder), or in the folder that it is
/// installed to, relative to the program (LRSWEEP_PLUGIN_DIR).
std::vector<std::filesystem::path> PluginCandidates(const std::string& file_name);

/// Opens the plug-in `file_name` and returns the address of its function `symbol`. The library
/// stays open until the process ends. `what` names it in errors: "LibTorch's engine". Throws
/// std::runtime_error where there is none, or where it cannot be loaded, or has no such function;
/// `hint` says what to do where there is none.
void* OpenPlugin(const std::string& file_name, const std::string& symbol, const std::string& what,
                 const std::string& hint);

}  // namespace lrsweep
