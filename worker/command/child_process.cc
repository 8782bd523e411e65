#include "worker/command/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "platform/child_processes.h"
#include "worker/command/spawn.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

constexpr auto kOrphansLimit = std::chrono::seconds(10);  // until all that was killed is gone

bool IsFile(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

bool IsExecutable(const std::string& path) { return access(path.c_str(), X_OK) == 0; }

struct Pipe {
  UniqueFd read_end, write_end;
};

Pipe MakePipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  Pipe made{UniqueFd(ends[0]), UniqueFd(ends[1])};
  fcntl(made.read_end.get(), F_SETFL, O_NONBLOCK);
  return made;
}

std::string WhyNotStarted(const std::string& name, const std::error_code& error) {
  if (error.value() == ENOEXEC) {
    return name + ": neither a program for this machine nor a script that begins with #!";
  }
  if (error.value() == ENOENT) {
    return name + ": it, or the interpreter in its #! line, does not exist";
  }
  if (error.value() == E2BIG) {
    return name +
           ": its arguments and environment are too long; pass {params_file} instead of "
           "long arguments";
  }
  return name + ": " + error.message();
}

}  // namespace

std::string FindProgram(const std::string& name, const Environment& environment) {
  if (name.empty()) throw ProgramNotStarted("the program's name is empty");
  if (name.find('/') != std::string::npos) {
    if (IsFile(name) && IsExecutable(name)) return name;
    if (IsFile(name)) throw ProgramNotStarted(name + ": not executable (chmod +x)");
    throw ProgramNotStarted(name + ": no such program (from the folder " +
                            fs::current_path().string() + ")");
  }
  const auto path = environment.find("PATH");
  const std::string folders = path == environment.end() ? "/usr/bin:/bin" : path->second;
  bool is_there = false;
  for (size_t begin = 0; begin <= folders.size();) {
    const size_t end = std::min(folders.find(':', begin), folders.size());
    const std::string folder = folders.substr(begin, end - begin);
    const std::string file = (folder.empty() ? "." : folder) + "/" + name;
    if (IsFile(file)) {
      if (IsExecutable(file)) return file;
      is_there = true;
    }
    begin = end + 1;
  }
  if (is_there) throw ProgramNotStarted(name + ": on PATH, but not executable (chmod +x)");
  std::string why = name + ": no such program on PATH";
  if (IsFile(name)) why += "; that of this folder is ./" + name;
  throw ProgramNotStarted(why);
}

ChildProcess::ChildProcess(const std::vector<std::string>& argv, const Environment& environment,
                           int inherited_fd)
    : others_(ChildrenOf("self")) {
  if (argv.empty()) throw ProgramNotStarted("the command is empty");
  const std::string file = FindProgram(argv.front(), environment);
  Pipe out = MakePipe();
  Pipe err = MakePipe();
  try {
    pid_ = Spawn({.file = file,
                  .argv = argv,
                  .environment = ToWords(environment),
                  .stdout_fd = out.write_end.get(),
                  .stderr_fd = err.write_end.get(),
                  .inherited_fd = inherited_fd,
                  .dies_with_parent = true});
  } catch (const std::system_error& error) {
    throw ProgramNotStarted(WhyNotStarted(argv.front(), error.code()));
  }
  out_ = std::move(out.read_end);
  err_ = std::move(err.read_end);
#ifdef SYS_pidfd_open
  end_ = UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
#endif
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) Finish();
}

bool ChildProcess::HasEnded() const {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid_;
}

void ChildProcess::Signal(int signal) const {
  if (pid_ > 0) kill(-pid_, signal);
}

void ChildProcess::ReapOrphans() const {
  for (;;) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
    if (info.si_pid == pid_ || others_.contains(info.si_pid)) return;
    waitpid(info.si_pid, nullptr, WNOHANG);
  }
}

int ChildProcess::Finish() {
  // Before it is collected: its number, which is that of the group, is not used again until then.
  Signal(SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  EndChildren(others_, kOrphansLimit);
  return status;
}

void BecomeSubreaper() { prctl(PR_SET_CHILD_SUBREAPER, 1); }

}  // namespace lrsweep
