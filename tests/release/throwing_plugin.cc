// A plug-in that throws, for plugin_exceptions_test.cc.
#include <stdexcept>
#include <string>

#include "tests/release/plugin_error.h"

extern "C" void ThrowRuntimeError() { throw std::runtime_error("from the plug-in"); }

extern "C" void ThrowPluginError() { throw lrsweep::PluginError("from the plug-in"); }

extern "C" void ThrowAcrossPlugin(void (*function)()) {
  const std::string to_destroy(100, 'x');  // NOLINT(bugprone-unused-local-non-trivial-variable)
  function();
}

/// Whether it caught what `function` threw.
extern "C" bool CatchInPlugin(void (*function)()) {
  try {
    function();
  } catch (const std::logic_error& error) {
    return error.what() == std::string("from the program");
  }
  return false;
}
