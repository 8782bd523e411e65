// How a process ended, in words.
#pragma once

#include <string>

namespace lrsweep {

/// "ended with exit status 1", "was ended by SIGSEGV". `wait_status` is waitpid's. Thread-safe.
std::string EndText(int wait_status);

}  // namespace lrsweep
