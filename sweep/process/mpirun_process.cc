#include "sweep/process/mpirun_process.h"

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

#include "params/errors.h"
#include "platform/mpi_rank.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr int kNotStarted = 127;  // the shell's status for a program that cannot be executed

/// The set of SIGCHLD, which the launcher blocks so that MpirunProcess::Wait can receive it.
sigset_t ChildSignal() {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  return child;
}

/// Turns the forked child into mpirun.
[[noreturn]] void Execute(const std::vector<char*>& arguments, pid_t parent) {
  const sigset_t child = ChildSignal();
  sigprocmask(SIG_UNBLOCK, &child, nullptr);
  // A process group of its own, so that the terminal's Ctrl-C reaches it only through the launcher.
  setpgid(0, 0);
  // Kill it when the launcher dies: with --enable-recovery, mpirun may ignore SIGTERM. Its ranks
  // then notice that it is gone (lifeline.h).
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kNotStarted);  // the launcher died before the prctl
  // With --enable-recovery ranks must end without MPI_Finalize, and PMIx 4.2 then prints an error
  // at the end of every sweep. Send it to a file descriptor that cannot be open.
  setenv("PMIX_OUTPUT_STDERR_FD", "2147483647", 0);
  const int null_device = open("/dev/null", O_RDONLY);
  if (null_device >= 0) dup2(null_device, STDIN_FILENO);
  execvp(arguments[0], arguments.data());
  const std::string what =
      std::string("lrsweep: ") + arguments[0] + ": " + std::strerror(errno) + "\n";
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
  std::error_code gone;
  const std::filesystem::path tasks = "/proc/" + parent + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
    std::ifstream children(task.path() / "children");
    for (std::string pid; children >> pid;) {
      if (ProgramOf(pid) == kProgram) {
        ranks.insert(std::atoi(pid.c_str()));
      } else {
        AddRanksBelow(pid, ranks);
      }
    }
  }
}

}  // namespace

MpirunProcess::MpirunProcess(const std::vector<std::string>& command, Clock::duration end_limit)
    : end_limit_(end_limit) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const sigset_t child = ChildSignal();
  sigprocmask(SIG_BLOCK, &child, nullptr);
  pid_ = fork();
  if (pid_ < 0) throw ResourceError(std::string("mpirun: ") + std::strerror(errno));
  if (pid_ == 0) Execute(arguments, parent);
}

bool MpirunProcess::IsRunning() {
  if (pid_ > 0 && waitpid(pid_, &wait_status_, WNOHANG) == pid_) pid_ = 0;
  return pid_ > 0;
}

std::set<pid_t> MpirunProcess::Ranks() const {
  std::set<pid_t> ranks;
  if (pid_ > 0) AddRanksBelow(std::to_string(pid_), ranks);
  return ranks;
}

void MpirunProcess::Wait(std::chrono::nanoseconds duration) {
  const sigset_t child = ChildSignal();
  const timespec limit = {.tv_sec = 0, .tv_nsec = duration.count()};
  sigtimedwait(&child, nullptr, &limit);
}

void MpirunProcess::Signal(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

void MpirunProcess::Kill() const {
  if (pid_ <= 0) return;
  for (const pid_t rank : Ranks()) kill(rank, SIGKILL);
  Signal(SIGKILL);
}

void MpirunProcess::KillAndWait() {
  Kill();
  while (IsRunning()) Wait(kPoll);
}

void MpirunProcess::Terminate() {
  Signal(SIGTERM);
  const auto limit = Clock::now() + end_limit_;
  while (IsRunning()) {
    if (Clock::now() > limit) Kill();
    Wait(kPoll);
  }
}

bool MpirunProcess::CouldNotStart() const {
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
