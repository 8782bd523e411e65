#include "worker/command/spawn.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace lrsweep {
namespace {

constexpr int kMostFds = 65'536;  // closed one by one on a kernel before 5.11

std::vector<char*> Pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// All that the child needs, made before it exists: it may neither allocate nor lock.
struct Prepared {
  const char* file;
  char* const* argv;
  char* const* environment;
  int fds[3];
  int inherited_fd;
  bool dies_with_parent;
  bool leaves_session;
  pid_t parent;
  volatile int error;  // of the child; the memory is shared
};

void CloseAllOnExec() {
  if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  for (int fd = 3; fd < kMostFds; ++fd) fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/// Puts the three standard descriptors in place. They are moved above 2 first, so that none
/// overwrites another.
bool SetStandardFds(const int (&fds)[3]) {
  int moved[3];
  for (int i = 0; i < 3; ++i) {
    moved[i] = fcntl(fds[i], F_DUPFD, 3);
    if (moved[i] < 0) return false;
  }
  for (int i = 0; i < 3; ++i) {
    if (dup2(moved[i], i) < 0) return false;
  }
  return true;
}

/// Runs in the child, on the parent's memory: calls the system and nothing else.
void Execute(Prepared& prepared) {
  if (prepared.leaves_session) {
    setsid();
  } else {
    setpgid(0, 0);
  }
  if (prepared.dies_with_parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != prepared.parent) _exit(127);  // it died before the prctl
  }
  if (!SetStandardFds(prepared.fds)) {
    prepared.error = errno;
    return;
  }
  CloseAllOnExec();
  if (prepared.inherited_fd >= 0) fcntl(prepared.inherited_fd, F_SETFD, 0);
  // The handlers of this process are reset by execve, but not what it ignores.
  std::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(prepared.file, prepared.argv, prepared.environment);
  prepared.error = errno;
}

/// Blocks every signal: a handler must not run in the child, on the parent's memory.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_{};
};

/// In a function of its own, since nothing may live in a register across vfork.
__attribute__((noinline)) pid_t Vfork(Prepared& prepared) {
  // NOLINTNEXTLINE(bugprone-unsafe-functions,clang-analyzer-security.insecureAPI.vfork)
  const pid_t pid = vfork();
  if (pid == 0) {
    Execute(prepared);
    _exit(127);
  }
  return pid;
}

}  // namespace

pid_t Spawn(const SpawnOptions& options) {
  const int null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null_device < 0) throw std::system_error(errno, std::generic_category(), "/dev/null");
  const auto given = [null_device](int fd) { return fd < 0 ? null_device : fd; };
  const std::vector<char*> argv = Pointers(options.argv);
  const std::vector<char*> environment = Pointers(options.environment);
  Prepared prepared{options.file.c_str(),
                    argv.data(),
                    environment.data(),
                    {given(options.stdin_fd), given(options.stdout_fd), given(options.stderr_fd)},
                    options.inherited_fd,
                    options.dies_with_parent,
                    options.leaves_session,
                    getpid(),
                    0};
  pid_t pid = -1;
  int error = 0;
  {
    const BlockedSignals blocked;
    pid = Vfork(prepared);
    error = pid < 0 ? errno : prepared.error;
  }
  close(null_device);
  if (error != 0) {
    if (pid > 0) waitpid(pid, nullptr, 0);
    throw std::system_error(error, std::generic_category(), options.file);
  }
  return pid;
}

}  // namespace lrsweep
