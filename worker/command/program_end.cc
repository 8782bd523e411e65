#include "worker/command/program_end.h"

#include <sys/wait.h>

#include <cmath>
#include <csignal>
#include <cstring>

#include "worker/command/number_text.h"

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

bool MayBeOfAStop(int wait_status) {
  const auto ends = [](int signal) {
    return signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGKILL;
  };
  if (WIFSIGNALED(wait_status)) return ends(WTERMSIG(wait_status));
  const int status = WEXITSTATUS(wait_status);
  return status == 0 || status == kStoppedStatus || ends(status - 128);
}

std::string LimitText(double seconds) {
  if (std::fmod(seconds, 3600) == 0) return NumberText(seconds / 3600) + " h";
  if (std::fmod(seconds, 60) == 0) return NumberText(seconds / 60) + " min";
  return NumberText(seconds) + " s";
}

std::string WithOutput(const std::string& what, const std::string& tail) {
  if (tail.empty()) return what + "; it wrote no output";
  return what + "; the end of its output:\n" + tail;
}

}  // namespace lrsweep
