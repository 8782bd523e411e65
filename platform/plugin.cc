#include "platform/plugin.h"

#include <dlfcn.h>

#include <cstdlib>
#include <stdexcept>

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

fs::path FindPlugin(const Plugin& plugin) {
  std::string looked_for;
  for (const fs::path& candidate : PluginCandidates(plugin.file_name)) {
    if (fs::exists(candidate)) return candidate;
    looked_for += (looked_for.empty() ? "" : " and ") + candidate.string();
  }
  throw std::runtime_error(plugin.what + " is missing: looked for " + looked_for + "; " +
                           plugin.if_missing);
}

std::string VersionOf(void* library) {
  void* version = dlsym(library, "lrsweep_plugin_version");
  if (version == nullptr) return "an unknown version of lrsweep";
  return std::string("lrsweep ") + reinterpret_cast<const char* (*)()>(version)();
}

}  // namespace

std::vector<fs::path> PluginCandidates(const std::string& file_name) {
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
  std::vector<fs::path> candidates = {folder / file_name,
                                      (folder / LRSWEEP_PLUGIN_DIR / file_name).lexically_normal()};
  const char* chosen = std::getenv(kPluginsVariable);
  if (chosen != nullptr && *chosen != '\0') {
    candidates.insert(candidates.begin(), fs::path(chosen) / file_name);
  }
  return candidates;
}

void* OpenPlugin(const Plugin& plugin) {
  const fs::path path = FindPlugin(plugin);
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw std::runtime_error("cannot load " + plugin.what + " (" + path.string() +
                             "): " + dlerror() + "; " + plugin.if_unloadable);
  }
  const std::string version = VersionOf(library);
  if (version != "lrsweep " LRSWEEP_VERSION) {
    throw std::runtime_error(path.string() + " is of " + version +
                             ", and this program is lrsweep " LRSWEEP_VERSION "; " +
                             plugin.if_missing);
  }
  void* function = dlsym(library, plugin.symbol.c_str());
  if (function == nullptr) {
    throw std::runtime_error(path.string() + " is not the plug-in of this lrsweep: " + dlerror() +
                             "; " + plugin.if_missing);
  }
  return function;
}

}  // namespace lrsweep
