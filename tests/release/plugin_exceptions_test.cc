// Exceptions that cross between a portable program and a plug-in. No GoogleTest: this program is
// linked as cmake/portable.cmake links, and the first exception that it sees must be the plug-in's.
#include <dlfcn.h>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "tests/release/plugin_error.h"

namespace {

int failures = 0;

void Expect(bool holds, const char* what) {
  if (holds && std::uncaught_exceptions() == 0) return;
  std::printf("failed: %s (%d exceptions count as uncaught)\n", what, std::uncaught_exceptions());
  ++failures;
}

template <typename Function>
Function* Find(void* plugin, const char* name) {
  auto* function = reinterpret_cast<Function*>(dlsym(plugin, name));
  if (function == nullptr) std::printf("no function %s\n", name), ++failures;
  return function;
}

/// The text of the error of this type that `throwing` throws; "" where it throws none.
template <typename Error, typename Throwing>
std::string Caught(const Throwing& throwing) {
  try {
    throwing();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void ThrowInProgram() { throw std::logic_error("from the program"); }

}  // namespace

int main(int count, char** words) {
  void* plugin = count == 2 ? dlopen(words[1], RTLD_NOW | RTLD_LOCAL) : nullptr;
  if (plugin == nullptr) {
    std::printf("cannot load the plug-in: %s\n", count == 2 ? dlerror() : "none given");
    return 1;
  }
  auto* runtime_error = Find<void()>(plugin, "ThrowRuntimeError");
  auto* plugin_error = Find<void()>(plugin, "ThrowPluginError");
  auto* across = Find<void(void (*)())>(plugin, "ThrowAcrossPlugin");
  auto* catch_in_plugin = Find<bool(void (*)())>(plugin, "CatchInPlugin");
  if (failures > 0) return 1;

  Expect(Caught<std::runtime_error>(runtime_error) == "from the plug-in", "a standard error");
  Expect(Caught<std::exception>(runtime_error) == "from the plug-in", "by its base class");
  Expect(Caught<lrsweep::PluginError>(plugin_error) == "from the plug-in", "an own error");
  Expect(Caught<std::logic_error>([&] { across(ThrowInProgram); }) == "from the program",
         "across the plug-in");
  Expect(catch_in_plugin(ThrowInProgram), "caught in the plug-in");
  Expect(Caught<std::logic_error>(ThrowInProgram) == "from the program", "the program's own");
  if (failures == 0) std::printf("6 exceptions crossed\n");
  return failures == 0 ? 0 : 1;
}
