// Finds and opens the plug-ins: shared libraries of lrsweep that are loaded only when a command
// needs them, so that the program needs neither LibTorch nor MPI.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lrsweep {

struct Plugin {
  std::string file_name;
  std::string symbol;         // the function that it is opened for
  std::string what;           // for errors: "LibTorch's engine"
  std::string if_missing;     // what to do where there is none
  std::string if_unloadable;  // what to do where a library that it needs is missing
};

/// Where a plug-in may be: in the folder that $LRSWEEP_PLUGINS names, if it is set; beside the
/// program (a build folder); in the folder that it is installed to, relative to the program
/// (LRSWEEP_PLUGIN_DIR).
std::vector<std::filesystem::path> PluginCandidates(const std::string& file_name);

/// The folder that comes first: see PluginCandidates.
inline constexpr const char* kPluginsVariable = "LRSWEEP_PLUGINS";

/// Opens the plug-in and returns the address of its function. The library stays open until the
/// process ends. Throws std::runtime_error where there is none, or where it cannot be loaded, is of
/// another version than the program (plugin_version.cc), or has no such function.
void* OpenPlugin(const Plugin& plugin);

}  // namespace lrsweep
