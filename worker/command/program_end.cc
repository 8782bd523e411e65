#include "worker/command/program_end.h"

#include <sys/wait.h>

#include <csignal>
#include <cstring>

#include "params/json_value.h"

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

std::string LimitText(double seconds) {
  const auto text = [](double number, const char* unit) {
    return PlainText(Value(number)) + " " + unit;
  };
  const bool is_whole = seconds == static_cast<double>(static_cast<long long>(seconds));
  const auto whole = static_cast<long long>(seconds);
  if (is_whole && whole % 3600 == 0) return std::to_string(whole / 3600) + " h";
  if (is_whole && whole % 60 == 0) return std::to_string(whole / 60) + " min";
  return is_whole ? std::to_string(whole) + " s" : text(seconds, "s");
}

std::string WithOutput(const std::string& what, const std::string& tail) {
  if (tail.empty()) return what + "; it wrote no output";
  return what + "; the end of its output:\n" + tail;
}

}  // namespace lrsweep
