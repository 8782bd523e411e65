#include "sweep/launcher.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "sweep/errors.h"
#include "sweep/interrupt.h"
#include "sweep/process_identity.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr auto kPollWhileUp = std::chrono::milliseconds(200);
constexpr const char* kStatusVariable = "LRSWEEP_STATUS_FILE";
constexpr const char* kStartVariable = "LRSWEEP_LAUNCHED_AT";  // seconds since 1970
constexpr auto kStartLimit = std::chrono::minutes(2);          // for the coordinator to come up
constexpr int kNotStarted = 127;  // the shell's status for a program that cannot be run

/// The file in which the coordinator tells that it runs, as whom, and with what status it ends.
class StatusFile {
 public:
  StatusFile() {
    const auto folder = std::filesystem::temp_directory_path();
    path_ = (folder / "lrsweep-status-XXXXXX").string();
    const int file = mkstemp(path_.data());
    if (file < 0) {
      throw ResourceError(folder.string() + ": no file can be made there: " + std::strerror(errno));
    }
    close(file);
  }
  ~StatusFile() { unlink(path_.c_str()); }
  StatusFile(const StatusFile&) = delete;
  StatusFile& operator=(const StatusFile&) = delete;

  const std::string& path() const { return path_; }
  void Clear() const { std::ofstream(path_, std::ios::trunc).close(); }

  std::optional<ProcessIdentity> Coordinator() const {
    ProcessIdentity process = ThisProcess();
    std::string word;
    std::ifstream in(path_);
    if (!(in >> word >> process.pid >> process.start_time) || word != "runs") return std::nullopt;
    return process;
  }
  std::optional<int> Status() const {
    std::ifstream in(path_);
    std::string line;
    while (std::getline(in, line)) {
      if (line.rfind("ends ", 0) == 0 && !in.eof()) return std::atoi(line.c_str() + 5);
    }
    return std::nullopt;
  }

 private:
  std::string path_;
};

void AppendToStatusFile(const std::string& line) {
  const char* path = std::getenv(kStatusVariable);
  if (path == nullptr) return;
  // On another machine there is no such file, and none is made.
  const int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return;
  // One write: whoever reads sees the line whole or not at all.
  if (write(file, line.data(), line.size()) < 0) std::perror(path);
  close(file);
}

/// SIGCHLD, held back so that Mpirun::Wait can take it.
sigset_t ChildSignal() {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  return child;
}

[[noreturn]] void Become(const std::vector<char*>& arguments, pid_t parent) {
  const sigset_t child = ChildSignal();
  sigprocmask(SIG_UNBLOCK, &child, nullptr);
  // In a process group of its own it gets a terminal's Ctrl-C from this launcher alone.
  setpgid(0, 0);
  // Under recovery mpirun does not always end at a SIGTERM. Its ranks notice that it is gone.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kNotStarted);
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
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

/// The ranks that mpirun has started on this machine, those that are there now.
std::set<pid_t> RanksOf(pid_t mpirun) {
  static const std::filesystem::path kProgram = ProgramOf("self");
  std::set<pid_t> ranks;
  std::error_code gone;
  const std::filesystem::path tasks = "/proc/" + std::to_string(mpirun) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
    std::ifstream children(task.path() / "children");
    for (std::string pid; children >> pid;) {
      if (ProgramOf(pid) == kProgram) ranks.insert(std::atoi(pid.c_str()));
    }
  }
  return ranks;
}

/// mpirun while it runs.
class Mpirun {
 public:
  Mpirun(const std::vector<std::string>& command, Clock::duration end_limit)
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
    if (pid_ == 0) Become(arguments, parent);
  }
  ~Mpirun() { EndAtOnce(); }
  Mpirun(const Mpirun&) = delete;
  Mpirun& operator=(const Mpirun&) = delete;

  bool Runs() {
    if (pid_ > 0 && waitpid(pid_, &wait_status_, WNOHANG) == pid_) pid_ = 0;
    return pid_ > 0;
  }
  pid_t pid() const { return pid_; }
  /// Returns when a child ends or a signal comes, at the latest after `duration`.
  static void Wait(std::chrono::nanoseconds duration) {
    const sigset_t child = ChildSignal();
    const timespec limit = {.tv_sec = 0, .tv_nsec = duration.count()};
    sigtimedwait(&child, nullptr, &limit);
  }
  void Signal(int signal) const {
    if (pid_ > 0) kill(pid_, signal);
  }
  /// With its ranks on this machine, since one that is stopped would not notice that it is gone.
  void Kill() const {
    if (pid_ <= 0) return;
    for (const pid_t rank : RanksOf(pid_)) kill(rank, SIGKILL);
    Signal(SIGKILL);
  }
  void EndAtOnce() {
    Kill();
    while (Runs()) Wait(kPoll);
  }
  /// Asks it to end; after a while it has to.
  void End() {
    Signal(SIGTERM);
    const auto limit = Clock::now() + end_limit_;
    while (Runs()) {
      if (Clock::now() > limit) Kill();
      Wait(kPoll);
    }
  }
  bool CouldNotStart() const {
    return WIFEXITED(wait_status_) && WEXITSTATUS(wait_status_) == kNotStarted;
  }

 private:
  Clock::duration end_limit_;
  pid_t pid_ = 0;
  int wait_status_ = 0;
};

/// Passes on the interrupts that came since the last call.
class InterruptRelay {
 public:
  void PassOn(Mpirun& mpirun) {
    const int now = Interrupts();
    if (now == passed_on_) return;
    if (passed_on_ == 0) {  // several at once are one: `timeout` signals a group and its leader
      mpirun.Signal(SIGUSR1);
    } else {
      mpirun.Kill();
    }
    passed_on_ = now;
  }

 private:
  int passed_on_ = 0;
};

/// Waits for mpirun's end, but not for ever once the coordinator has ended, nor for ranks that
/// cannot come up: then it returns false.
bool WaitFor(Mpirun& mpirun, const StatusFile& status, InterruptRelay& relay,
             Clock::duration end_limit) {
  std::optional<Clock::time_point> ended;
  const auto start_limit = Clock::now() + kStartLimit;
  std::set<pid_t> ranks;
  bool is_up = false;
  while (mpirun.Runs()) {
    relay.PassOn(mpirun);
    if (!ended && status.Status()) ended = Clock::now();
    is_up = is_up || status.Coordinator();
    if (!is_up) {
      // While MPI starts, all ranks wait for one that is there no more.
      const std::set<pid_t> now = RanksOf(mpirun.pid());
      const bool lost = !std::includes(now.begin(), now.end(), ranks.begin(), ranks.end());
      if (lost || Clock::now() > start_limit) {
        mpirun.EndAtOnce();
        return false;
      }
      ranks = now;
    }
    if (ended && Clock::now() - *ended > end_limit) mpirun.End();
    Mpirun::Wait(is_up ? kPollWhileUp : kPoll);
  }
  return true;
}

/// A coordinator that outlived its mpirun ends within moments: the next one must not meet it.
void WaitForEndOf(const std::optional<ProcessIdentity>& coordinator, Clock::duration end_limit) {
  if (!coordinator) return;
  const auto limit = Clock::now() + end_limit;
  while (!IsGone(*coordinator)) {
    if (Clock::now() > limit) kill(static_cast<pid_t>(coordinator->pid), SIGKILL);
    std::this_thread::sleep_for(kPoll);
  }
}

}  // namespace

std::vector<std::string> MpirunCommand(const LaunchOptions& options, bool as_root,
                                       const std::vector<std::string>& variables,
                                       const std::vector<std::string>& program) {
  std::vector<std::string> command = {"mpirun", "--enable-recovery", "--oversubscribe", "--bind-to",
                                      "none"};
  const auto add = [&command](const std::vector<std::string>& words) {
    command.insert(command.end(), words.begin(), words.end());
  };
  if (as_root) add({"--allow-run-as-root"});
  // Cross-memory attach is forbidden in many containers, and messages here are small.
  add({"--mca", "btl_vader_single_copy_mechanism", "none"});
  add({"--mca", "odls_base_sigkill_timeout", "10"});
  // A third of the silence allowed, then six questions without an answer: mpirun's daemons on a
  // machine that is cut off end as the ranks there do.
  const auto seconds = [](double count) {
    return std::to_string(std::max<int64_t>(1, std::llround(count)));
  };
  add({"--mca", "oob_tcp_keepalive_time", seconds(options.worker_timeout_seconds)});
  add({"--mca", "oob_tcp_keepalive_intvl", seconds(options.worker_timeout_seconds / 3)});
  add({"--mca", "oob_tcp_keepalive_probes", "6"});
  for (const std::string& variable : variables) add({"-x", variable});
  add({"-n", std::to_string(options.workers + 1)});
  if (!options.hostfile.empty()) add({"--hostfile", options.hostfile});
  add(options.mpirun_arguments);
  add(program);
  return command;
}

int Launch(const LaunchOptions& options, const std::vector<std::string>& program,
           const std::function<std::optional<int>()>& database_status,
           const std::function<void(const std::string&)>& say) {
  CountInterrupts();
  const StatusFile status;
  const std::vector<std::string> variables = {
      std::string(kStatusVariable) + "=" + status.path(),
      std::string(kStartVariable) + "=" + std::to_string(std::time(nullptr))};
  const auto command = MpirunCommand(options, geteuid() == 0, variables, program);
  InterruptRelay relay;
  for (int64_t launch = 0;; ++launch) {
    status.Clear();
    Mpirun mpirun(command, options.end_limit);
    const bool came_up = WaitFor(mpirun, status, relay, options.end_limit);
    if (const auto told = status.Status()) return *told;
    if (mpirun.CouldNotStart()) {
      throw ResourceError("mpirun could not be started: is Open MPI installed?");
    }
    const auto coordinator = status.Coordinator();
    WaitForEndOf(coordinator, options.end_limit);
    if (Interrupted()) return kInterrupted;
    const auto in_database = database_status();
    if (in_database && *in_database != kInterrupted) return *in_database;
    if (came_up && !coordinator && !in_database) {
      throw ResourceError("mpirun ended before the sweep began: what it said is above");
    }
    if (launch == options.max_restarts) {
      say("it died again; what is done is kept, and the same command continues it");
      return kInterrupted;
    }
    const std::string what = came_up ? "the coordinator died" : "a rank died while MPI started";
    say(what + "; launching again (" + std::to_string(launch + 1) + " of " +
        std::to_string(options.max_restarts) + ")");
  }
}

double SecondsSinceLaunch() {
  const char* start = std::getenv(kStartVariable);
  return start == nullptr ? 0 : std::difftime(std::time(nullptr), std::atoll(start));
}

bool StartedByLauncher() { return std::getenv(kStatusVariable) != nullptr; }

void TellLauncherOfStart() {
  const ProcessIdentity self = ThisProcess();
  AppendToStatusFile("runs " + std::to_string(self.pid) + " " + std::to_string(self.start_time) +
                     "\n");
}

void TellLauncherOfEnd(int status) { AppendToStatusFile("ends " + std::to_string(status) + "\n"); }

}  // namespace lrsweep
