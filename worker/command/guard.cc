#include "worker/command/guard.h"

#include <dirent.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "worker/command/child_environment.h"
#include "worker/command/spawn.h"

namespace lrsweep {
namespace {

constexpr std::string_view kArgument = "--guard-of-programs";
constexpr pid_t kDone = -1;  // in place of a group: the worker ends well
constexpr auto kScanInterval = std::chrono::milliseconds(10);
constexpr auto kScanLimit = std::chrono::seconds(20);

std::string RandomMark() {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  std::string mark;
  for (const unsigned char byte : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    mark += kDigits[byte / 16];
    mark += kDigits[byte % 16];
  }
  return mark;
}

/// The processes whose environment holds `variable`, a NAME=VALUE.
std::vector<pid_t> ProcessesWith(const std::string& variable) {
  std::vector<pid_t> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> processes(opendir("/proc"), closedir);
  if (processes == nullptr) return found;
  while (const dirent* entry = readdir(processes.get())) {
    const pid_t pid = std::atoi(static_cast<const char*>(entry->d_name));
    if (pid <= 0 || pid == getpid()) continue;
    std::ifstream file("/proc/" + std::to_string(pid) + "/environ", std::ios::binary);
    const std::string environment((std::istreambuf_iterator<char>(file)), {});
    const size_t at = environment.find(variable + '\0');
    if (at == 0 || (at != std::string::npos && environment[at - 1] == '\0')) found.push_back(pid);
  }
  return found;
}

void KillProcessesWith(const std::string& variable) {
  const auto limit = std::chrono::steady_clock::now() + kScanLimit;
  for (auto found = ProcessesWith(variable);
       !found.empty() && std::chrono::steady_clock::now() < limit;
       found = ProcessesWith(variable)) {
    for (const pid_t pid : found) kill(pid, SIGKILL);
    std::this_thread::sleep_for(kScanInterval);
  }
}

/// The guard's whole life.
int RunGuard(const std::string& mark) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGQUIT}) {
    std::signal(signal, SIG_IGN);
  }
  pid_t group = 0;
  for (;;) {
    pid_t next = 0;
    const ssize_t count = read(STDIN_FILENO, &next, sizeof next);
    if (count < 0 && errno == EINTR) continue;
    if (count != static_cast<ssize_t>(sizeof next)) break;  // the worker is dead
    if (next == kDone) return EXIT_SUCCESS;
    group = next;
  }
  if (group > 0) kill(-group, SIGKILL);
  KillProcessesWith(std::string(Guard::kVariable) + "=" + mark);
  return EXIT_SUCCESS;
}

}  // namespace

Guard::Guard() : mark_(RandomMark()) {
  std::array<int, 2> ends{};
  // A socket rather than a pipe, since it can be written to without SIGPIPE.
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  const UniqueFd its_end(ends[0]);
  socket_ = UniqueFd(ends[1]);
  // An outer sweep, of which this one is a trial, must not end the guard before its work.
  Environment environment = EnvironmentOfThisProcess();
  environment.erase(kVariable);
  // The kernel's link works after the file was replaced, too.
  pid_ = Spawn({.file = "/proc/self/exe",
                .argv = {"lrsweep", std::string(kArgument), mark_},
                .environment = ToWords(environment),
                .stdin_fd = its_end.get(),
                .leaves_session = true});
}

Guard::~Guard() {
  Watch(kDone);
  socket_.Close();
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Guard::Watch(pid_t group) const {
  // Where it has died, programs are protected less well; that stops no trial.
  if (send(socket_.get(), &group, sizeof group, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return;
}

std::optional<int> RunGuardIfAsked(int argc, char** argv) {
  if (argc != 3 || argv[1] != kArgument) return std::nullopt;
  return RunGuard(argv[2]);
}

}  // namespace lrsweep
