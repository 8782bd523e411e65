#include "worker/command/program_end.h"

#include <sys/wait.h>

#include <cmath>
#include <csignal>

#include "worker/command/number_text.h"

namespace lrsweep {

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
