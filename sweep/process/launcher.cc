#include "sweep/process/launcher.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <set>
#include <thread>
#include <utility>

#include "params/errors.h"
#include "platform/plugin.h"
#include "platform/process_end.h"
#include "sweep/process/interrupt.h"
#include "sweep/process/launched_process.h"
#include "sweep/process/mpirun_command.h"
#include "sweep/process/process_identity.h"
#include "sweep/process/status_file.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr auto kPollWhileUp = std::chrono::milliseconds(200);
constexpr const char* kStartVariable = "LRSWEEP_LAUNCHED_AT";  // seconds since 1970
constexpr const char* kForkVariable = "LRSWEEP_FORKS_WORKERS";
constexpr auto kStartLimit = std::chrono::minutes(2);  // until the coordinator runs
constexpr auto kForkLimit = std::chrono::seconds(5);   // from a machine's first rank to its last

/// Passes interrupts on to what was launched.
class InterruptRelay {
 public:
  /// Passes on those that have arrived since the last call. Several at once count as one: `timeout`
  /// signals a process group and its leader.
  void PassOn(LaunchedProcess& launched) {
    const int now = InterruptCount();
    if (now == passed_on_) return;
    if (passed_on_ == 0) {
      launched.Signal(SIGUSR1);
    } else {
      launched.Kill();
    }
    passed_on_ = now;
  }

 private:
  int passed_on_ = 0;
};

/// Detects that a rank on this machine died while MPI was starting; the others would wait for it
/// for ever.
class StartingRanks {
 public:
  /// Takes the ranks that exist `now`. Returns whether one has died: a rank seen before is gone, or
  /// one died before it was seen. mpirun forks all ranks of a machine at once, so that a rank still
  /// missing after kForkLimit has died.
  bool HasLostOne(std::set<pid_t> now) {
    const bool gone = !std::includes(now.begin(), now.end(), seen_.begin(), seen_.end());
    if (!first_ && !now.empty()) first_ = Clock::now();
    const bool late = first_ && Clock::now() - *first_ > kForkLimit && !now.empty() &&
                      now.size() < CountLocalRanks(*now.begin());
    seen_ = std::move(now);
    return gone || late;
  }

 private:
  std::set<pid_t> seen_;
  std::optional<Clock::time_point> first_;
};

/// Waits until what was launched ends; terminates it if it does not end after the coordinator.
/// Returns false if MPI did not start: a rank died, or the start took too long; mpirun is killed
/// then.
bool WaitFor(LaunchedProcess& launched, const StatusFile& status, InterruptRelay& relay,
             const LaunchOptions& options) {
  std::optional<Clock::time_point> ended;
  const auto start_limit = Clock::now() + kStartLimit;
  StartingRanks starting;
  bool is_up = options.method == LaunchMethod::kFork;
  while (launched.IsRunning()) {
    relay.PassOn(launched);
    if (!ended && status.ExitStatus()) ended = Clock::now();
    is_up = is_up || status.Coordinator();
    if (!is_up && (starting.HasLostOne(launched.Ranks()) || Clock::now() > start_limit)) {
      launched.KillAndWait();
      return false;
    }
    if (ended && Clock::now() - *ended > options.end_limit) launched.Terminate();
    LaunchedProcess::Wait(is_up ? kPollWhileUp : kPoll);
  }
  return true;
}

/// Waits until the coordinator has ended, and kills it after `end_limit`. A coordinator that
/// outlives its mpirun ends by itself (lifeline.h), but must be gone before the next one opens the
/// database.
void WaitForEndOf(const std::optional<ProcessIdentity>& coordinator, Clock::duration end_limit) {
  if (!coordinator) return;
  const auto limit = Clock::now() + end_limit;
  while (!IsGone(*coordinator)) {
    if (Clock::now() > limit) kill(static_cast<pid_t>(coordinator->pid), SIGKILL);
    std::this_thread::sleep_for(kPoll);
  }
}

/// What runs `program` under mpirun.
LaunchCommand UnderMpirun(const LaunchOptions& options, std::vector<std::string> variables,
                          const std::vector<std::string>& program) {
  if (const char* plugins = std::getenv(kPluginsVariable)) {  // for ranks of other machines
    variables.push_back(std::string(kPluginsVariable) + "=" + plugins);
  }
  auto words = MpirunCommand(options, geteuid() == 0, variables, program);
  LaunchCommand command{.file = words.front(), .words = std::move(words)};
  // With --enable-recovery ranks must end without MPI_Finalize, and PMIx 4.2 then prints an error
  // at the end of every sweep. Send it to a file descriptor that cannot be open.
  if (std::getenv("PMIX_OUTPUT_STDERR_FD") == nullptr) {
    command.variables = {"PMIX_OUTPUT_STDERR_FD=2147483647"};
  }
  return command;
}

/// What runs `program` as the coordinator that forks its workers: this executable, also where its
/// file has been replaced.
LaunchCommand AsCoordinator(std::vector<std::string> variables, std::vector<std::string> program) {
  variables.push_back(std::string(kForkVariable) + "=1");
  // Workers that outlive their coordinator become this process' children, which can wait for them.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  return {.file = "/proc/self/exe",
          .words = std::move(program),
          .variables = std::move(variables),
          .has_all_in_group = true};
}

/// Whether mpirun ended because a rank was killed: Open MPI's then exits with 128 + SIGKILL, Hydra
/// with SIGKILL.
bool WasRankKilled(int wait_status) {
  if (!WIFEXITED(wait_status)) return false;
  return WEXITSTATUS(wait_status) == SIGKILL || WEXITSTATUS(wait_status) == 128 + SIGKILL;
}

/// Why there has to be another launch. `came_up`: after MPI had started.
std::string WhatDied(const LaunchedProcess& launched, const StatusFile& status,
                     const LaunchOptions& options, bool came_up) {
  if (status.HasLostWorkers()) return "all workers are lost";
  if (options.method == LaunchMethod::kFork) {
    return "the coordinator " + EndText(launched.wait_status());
  }
  if (!came_up) return "a rank died while MPI started";
  return HasRecovery(options.mpi) ? "the coordinator died"
                                  : "a rank died, and this MPI ended all others with it";
}

}  // namespace

int Launch(const LaunchOptions& options, const std::vector<std::string>& program,
           const std::function<std::optional<int>()>& database_status,
           const std::function<void(const std::string&)>& say) {
  CatchEveryInterrupt();
  const bool forks = options.method == LaunchMethod::kFork;
  const StatusFile status(forks ? StatusFile::Place::kMemory : StatusFile::Place::kTemporaryFolder);
  const std::vector<std::string> variables = {
      status.Variable(), std::string(kStartVariable) + "=" + std::to_string(std::time(nullptr))};
  const LaunchCommand command =
      forks ? AsCoordinator(variables, program) : UnderMpirun(options, variables, program);
  InterruptRelay relay;
  for (int64_t launch = 0;; ++launch) {
    status.Clear();
    LaunchedProcess launched(command, options.end_limit);
    const bool came_up = WaitFor(launched, status, relay, options);
    if (const auto reported = status.ExitStatus()) return *reported;
    if (launched.CouldNotStart()) {
      throw ResourceError(forks ? "the coordinator could not be started"
                                : "mpirun could not be started");
    }
    const auto coordinator = status.Coordinator();
    WaitForEndOf(coordinator, options.end_limit);
    if (Interrupted()) return kInterrupted;
    const auto in_database = database_status();
    if (in_database && *in_database != kInterrupted) return *in_database;
    const bool has_begun = came_up && (forks || coordinator || in_database);
    if (came_up && !has_begun && !WasRankKilled(launched.wait_status())) {
      throw ResourceError("mpirun ended before the sweep started: see its message above");
    }
    if (launch == options.max_restarts) {
      say("it died again; finished work is kept, and the same command continues the sweep");
      return kInterrupted;
    }
    say(WhatDied(launched, status, options, has_begun) + "; launching again (" +
        std::to_string(launch + 1) + " of " + std::to_string(options.max_restarts) + ")");
  }
}

bool ForksWorkers() { return std::getenv(kForkVariable) != nullptr; }

double SecondsSinceLaunch() {
  const char* start = std::getenv(kStartVariable);
  return start == nullptr ? 0 : std::difftime(std::time(nullptr), std::atoll(start));
}

}  // namespace lrsweep
