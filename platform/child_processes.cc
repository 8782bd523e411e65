#include "platform/child_processes.h"

#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>

namespace lrsweep {

std::set<pid_t> ChildrenOf(const std::string& process) {
  std::set<pid_t> children;
  std::error_code gone;
  const std::filesystem::path tasks = "/proc/" + process + "/task";
  for (std::filesystem::directory_iterator at(tasks, gone), end; !gone && at != end;
       at.increment(gone)) {
    std::ifstream file(at->path() / "children");
    for (pid_t child = 0; file >> child;) children.insert(child);
  }
  return children;
}

void EndChildren(const std::set<pid_t>& others, std::chrono::nanoseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  for (;;) {
    bool is_left = false;
    for (const pid_t child : ChildrenOf("self")) {
      if (others.contains(child)) continue;
      is_left = true;
      kill(child, SIGKILL);
      waitpid(child, nullptr, WNOHANG);
    }
    if (!is_left || std::chrono::steady_clock::now() > until) return;
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
}

}  // namespace lrsweep
