// Part of every plug-in: which version of lrsweep it was built from. A program opens plug-ins of
// its own version only (plugin.cc), since the classes between them change.

extern "C" __attribute__((visibility("default"))) const char* lrsweep_plugin_version() {
  return LRSWEEP_VERSION;
}
