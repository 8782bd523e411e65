#include "platform/plugin.h"

#include <dlfcn.h>

#include <stdexcept>

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

fs::path FindPlugin(const std::string& file_name, const std::string& what,
                    const std::string& hint) {
  std::string looked_for;
  for (const fs::path& candidate : PluginCandidates(file_name)) {
    if (fs::exists(candidate)) return candidate;
    looked_for += (looked_for.empty() ? "" : " and ") + candidate.string();
  }
  throw std::runtime_error(what + " is missing: looked for " + looked_for + "; " + hint);
}

}  // namespace

std::vector<fs::path> PluginCandidates(const std::string& file_name) {
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
  return {folder / file_name, (folder / LRSWEEP_PLUGIN_DIR / file_name).lexically_normal()};
}

void* OpenPlugin(const std::string& file_name, const std::string& symbol, const std::string& what,
                 const std::string& hint) {
  const fs::path path = FindPlugin(file_name, what, hint);
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error("cannot load " + what + ": " + dlerror());
  void* function = dlsym(library, symbol.c_str());
  if (function == nullptr) {
    throw std::runtime_error(path.string() + " is not the plug-in of this lrsweep: " + dlerror());
  }
  return function;
}

}  // namespace lrsweep
