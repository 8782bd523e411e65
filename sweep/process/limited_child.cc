#include "sweep/process/limited_child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <system_error>

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMostOutput = 1 << 20;
// Between two looks at whether the child has ended.
constexpr auto kPause = std::chrono::milliseconds(10);
// How long a killed child may take to go.
constexpr auto kTimeToDie = std::chrono::milliseconds(200);

struct Pipe {
  int read_end = -1, write_end = -1;

  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw std::system_error(errno, std::generic_category(), "pipe");
    }
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    close(read_end);
    CloseWriteEnd();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void CloseWriteEnd() {
    if (write_end >= 0) close(write_end);
    write_end = -1;
  }
};

[[noreturn]] void RunChild(const std::function<int()>& work, int out, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // it died before
  const int none = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (none >= 0) dup2(none, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  int status = 1;
  try {
    status = work();
  } catch (const std::exception& error) {
    const std::string what = error.what();
    [[maybe_unused]] const auto written = write(STDOUT_FILENO, what.data(), what.size());
  }
  std::fflush(stdout);
  _exit(status);  // runs no destructors of the parent's objects
}

/// Reads what there is now; returns false at the end of the output.
bool ReadAvailable(int fd, std::string& output) {
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 && errno == EAGAIN;
    if (output.size() < kMostOutput) output.append(buffer.data(), static_cast<size_t>(count));
  }
}

/// Reads the child's output until it has ended, or until the deadline; returns whether it has, and
/// its wait status. What it leaves running may keep the pipe open.
bool Follow(pid_t child, int fd, Clock::time_point deadline, std::string& output, int& status) {
  bool is_open = true;
  while (true) {
    pollfd poll_fd{.fd = is_open ? fd : -1, .events = POLLIN, .revents = 0};
    poll(&poll_fd, 1, static_cast<int>(is_open ? kPause.count() : 1));
    is_open = is_open && ReadAvailable(fd, output);
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child && is_open) ReadAvailable(fd, output);
    if (ended == child) return true;
    if (ended < 0 && errno != EINTR) return false;
    if (Clock::now() >= deadline) return false;
  }
}

}  // namespace

ChildEnd RunLimited(const std::function<int()>& work, std::chrono::milliseconds limit) {
  Pipe pipe;
  const auto deadline = Clock::now() + limit;
  std::fflush(nullptr);  // else the child prints it, too
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) RunChild(work, pipe.write_end, parent);
  setpgid(child, child);  // in both processes: whichever comes first
  pipe.CloseWriteEnd();
  fcntl(pipe.read_end, F_SETFL, O_NONBLOCK);
  ChildEnd end;
  int status = 0;
  const bool ended = Follow(child, pipe.read_end, deadline, end.output, status);
  kill(-child, SIGKILL);
  if (!ended) {
    end.timed_out = true;
    std::string ignored;
    Follow(child, pipe.read_end, Clock::now() + kTimeToDie, ignored, status);
  } else if (WIFEXITED(status)) {
    end.status = WEXITSTATUS(status);
  } else {
    end.signal = WTERMSIG(status);
  }
  return end;
}

ChildEnd RunProgramLimited(const std::vector<std::string>& argv, std::chrono::milliseconds limit) {
  return RunLimited(
      [&argv] {
        std::vector<char*> words;
        for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
        words.push_back(nullptr);
        execvp(words.front(), words.data());
        return ChildEnd::kMissing;
      },
      limit);
}

}  // namespace lrsweep
