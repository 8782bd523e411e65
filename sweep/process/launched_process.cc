#include "sweep/process/launched_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "params/errors.h"
#include "platform/child_processes.h"
#include "platform/mpi_rank.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr auto kGroupPoll = std::chrono::milliseconds(1);
constexpr int kNotStarted = 127;  // the shell's status for a program that cannot be executed

/// The set of SIGCHLD, which the launcher blocks so that LaunchedProcess::Wait can receive it.
sigset_t ChildSignal() {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  return child;
}

/// Turns the forked child into what is launched.
[[noreturn]] void Execute(const LaunchCommand& command, const std::vector<char*>& arguments,
                          pid_t parent) {
  const sigset_t child = ChildSignal();
  sigprocmask(SIG_UNBLOCK, &child, nullptr);
  // A process group of its own, so that the terminal's Ctrl-C reaches it only through the launcher.
  // It may write to the terminal all the same (stty tostop).
  setpgid(0, 0);
  std::signal(SIGTTOU, SIG_IGN);
  // Kill it when the launcher dies: with --enable-recovery, mpirun may ignore SIGTERM. Its ranks
  // then notice that it is gone (lifeline.h).
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kNotStarted);  // the launcher died before the prctl
  for (const std::string& variable : command.variables) {
    putenv(const_cast<char*>(variable.c_str()));
  }
  const int null_device = open("/dev/null", O_RDONLY);
  if (null_device >= 0) dup2(null_device, STDIN_FILENO);
  execvp(command.file.c_str(), arguments.data());
  const std::string what = "lrsweep: " + command.file + ": " + std::strerror(errno) + "\n";
  if (write(STDERR_FILENO, what.data(), what.size()) < 0) _exit(kNotStarted);
  _exit(kNotStarted);
}

std::filesystem::path ProgramOf(const std::string& pid) {
  std::error_code gone;
  return std::filesystem::read_symlink("/proc/" + pid + "/exe", gone);
}

/// Adds the processes below `parent` that run the same program as this process: Open MPI's ranks
/// are children of mpirun, Hydra's of its proxy. What ranks start is not looked at.
void AddRanksBelow(const std::string& parent, std::set<pid_t>& ranks) {
  static const std::filesystem::path kProgram = ProgramOf("self");
  for (const pid_t pid : ChildrenOf(parent)) {
    if (ProgramOf(std::to_string(pid)) == kProgram) {
      ranks.insert(pid);
    } else {
      AddRanksBelow(std::to_string(pid), ranks);
    }
  }
}

}  // namespace

LaunchedProcess::LaunchedProcess(const LaunchCommand& command, Clock::duration end_limit)
    : end_limit_(end_limit),
      has_all_in_group_(command.has_all_in_group),
      others_(ChildrenOf("self")) {
  std::vector<char*> arguments;
  arguments.reserve(command.words.size() + 1);
  for (const std::string& word : command.words)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const sigset_t child = ChildSignal();
  sigprocmask(SIG_BLOCK, &child, nullptr);
  pid_ = fork();
  if (pid_ < 0) throw ResourceError(command.words.front() + ": " + std::strerror(errno));
  if (pid_ == 0) Execute(command, arguments, parent);
  setpgid(pid_, pid_);  // here too, so that a signal to the group reaches it from now on
}

/// Whatever ends is reaped: processes that have lost their parent may be this one's children
/// (launcher.cc).
bool LaunchedProcess::IsRunning() {
  for (siginfo_t ended{}; pid_ > 0; ended = {}) {
    // First without reaping it, so that its number stays that of its group.
    const int failed = waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT);
    if (failed != 0 || ended.si_pid == 0) break;
    if (ended.si_pid == pid_) {
      NoteEnd();
    } else {
      waitpid(ended.si_pid, nullptr, 0);
    }
  }
  return pid_ > 0;
}

std::set<pid_t> LaunchedProcess::Ranks() const {
  std::set<pid_t> ranks;
  if (pid_ > 0) AddRanksBelow(std::to_string(pid_), ranks);
  return ranks;
}

void LaunchedProcess::NoteEnd() {
  const pid_t group = has_all_in_group_ ? pid_ : 0;
  if (group > 0) kill(-group, SIGKILL);
  waitpid(std::exchange(pid_, 0), &wait_status_, 0);
  const auto limit = Clock::now() + end_limit_;
  while (group > 0 && waitpid(-group, nullptr, WNOHANG) >= 0 && Clock::now() < limit) {
    Wait(kGroupPoll);
  }
  // What a user's program has started may have left the group, and outlived a worker that was
  // killed.
  if (group > 0) EndChildren(others_, end_limit_);
}

void LaunchedProcess::Wait(std::chrono::nanoseconds duration) {
  const sigset_t child = ChildSignal();
  const timespec limit = {.tv_sec = 0, .tv_nsec = duration.count()};
  sigtimedwait(&child, nullptr, &limit);
}

void LaunchedProcess::Signal(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

void LaunchedProcess::Kill() const {
  if (pid_ <= 0) return;
  for (const pid_t rank : Ranks()) kill(rank, SIGKILL);
  kill(has_all_in_group_ ? -pid_ : pid_, SIGKILL);
}

void LaunchedProcess::KillAndWait() {
  Kill();
  while (IsRunning()) Wait(kPoll);
}

void LaunchedProcess::Terminate() {
  Signal(SIGTERM);
  const auto limit = Clock::now() + end_limit_;
  while (IsRunning()) {
    if (Clock::now() > limit) Kill();
    Wait(kPoll);
  }
}

bool LaunchedProcess::CouldNotStart() const {
  return WIFEXITED(wait_status_) && WEXITSTATUS(wait_status_) == kNotStarted;
}

size_t CountLocalRanks(pid_t rank) {
  std::map<std::string, std::string> variables;
  std::ifstream environment("/proc/" + std::to_string(rank) + "/environ");
  for (std::string variable; std::getline(environment, variable, '\0');) {
    const size_t name_end = variable.find('=');
    if (name_end == std::string::npos) continue;
    variables[variable.substr(0, name_end)] = variable.substr(name_end + 1);
  }
  const auto found = FindMpiRank([&variables](const std::string& name) {
    const auto one = variables.find(name);
    return one == variables.end() ? std::nullopt : std::optional<std::string>(one->second);
  });
  return found ? static_cast<size_t>(found->local_size) : 0;
}

}  // namespace lrsweep
