// A plug-in that plugin_test.cc opens.

extern "C" __attribute__((visibility("default"))) int answer() { return 42; }
