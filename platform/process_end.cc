#include "platform/process_end.h"

#include <sys/wait.h>

#include <csignal>
#include <cstring>

namespace lrsweep {

std::string EndText(int wait_status) {
  if (WIFEXITED(wait_status)) {
    return "ended with exit status " + std::to_string(WEXITSTATUS(wait_status));
  }
  const int signal = WTERMSIG(wait_status);
  const char* name = sigabbrev_np(signal);
  const std::string text = "was ended by " + (name != nullptr ? std::string("SIG") + name
                                                              : "signal " + std::to_string(signal));
  return signal == SIGKILL ? text + " (is the memory exhausted?)" : text;
}

}  // namespace lrsweep
