#include "sweep/process/launcher.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <set>
#include <thread>
#include <utility>

#include "params/errors.h"
#include "sweep/process/interrupt.h"
#include "sweep/process/mpirun_command.h"
#include "sweep/process/mpirun_process.h"
#include "sweep/process/process_identity.h"
#include "sweep/process/status_file.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr auto kPollWhileUp = std::chrono::milliseconds(200);
constexpr const char* kStartVariable = "LRSWEEP_LAUNCHED_AT";  // seconds since 1970
constexpr auto kStartLimit = std::chrono::minutes(2);          // until the coordinator runs
constexpr auto kForkLimit = std::chrono::seconds(5);  // from a machine's first rank to its last

/// Passes interrupts on to mpirun.
class InterruptRelay {
 public:
  /// Passes on those that have arrived since the last call. Several at once count as one: `timeout`
  /// signals a process group and its leader.
  void PassOn(MpirunProcess& mpirun) {
    const int now = InterruptCount();
    if (now == passed_on_) return;
    if (passed_on_ == 0) {
      mpirun.Signal(SIGUSR1);
    } else {
      mpirun.Kill();
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

/// Waits until mpirun ends; terminates it if it does not end after the coordinator. Returns false
/// if MPI did not start: a rank died, or the start took too long; mpirun is killed then.
bool WaitFor(MpirunProcess& mpirun, const StatusFile& status, InterruptRelay& relay,
             const LaunchOptions& options) {
  std::optional<Clock::time_point> ended;
  const auto start_limit = Clock::now() + kStartLimit;
  StartingRanks starting;
  bool is_up = false;
  while (mpirun.IsRunning()) {
    relay.PassOn(mpirun);
    if (!ended && status.ExitStatus()) ended = Clock::now();
    is_up = is_up || status.Coordinator();
    if (!is_up && (starting.HasLostOne(mpirun.Ranks()) || Clock::now() > start_limit)) {
      mpirun.KillAndWait();
      return false;
    }
    if (ended && Clock::now() - *ended > options.end_limit) mpirun.Terminate();
    MpirunProcess::Wait(is_up ? kPollWhileUp : kPoll);
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

/// `came_up`: after MPI had started.
std::string WhatDied(MpiFamily family, bool came_up) {
  if (!came_up) return "a rank died while MPI started";
  return HasRecovery(family) ? "the coordinator died"
                             : "a rank died, and this MPI ended all others with it";
}

}  // namespace

int Launch(const LaunchOptions& options, const std::vector<std::string>& program,
           const std::function<std::optional<int>()>& database_status,
           const std::function<void(const std::string&)>& say) {
  CatchEveryInterrupt();
  const StatusFile status;
  const std::vector<std::string> variables = {
      status.Variable(), std::string(kStartVariable) + "=" + std::to_string(std::time(nullptr))};
  const MpiFamily family = FindMpirun();
  const auto command = MpirunCommand(family, options, geteuid() == 0, variables, program);
  InterruptRelay relay;
  for (int64_t launch = 0;; ++launch) {
    status.Clear();
    MpirunProcess mpirun(command, options.end_limit);
    const bool came_up = WaitFor(mpirun, status, relay, options);
    if (const auto reported = status.ExitStatus()) return *reported;
    if (mpirun.CouldNotStart()) throw ResourceError("mpirun could not be started");
    const auto coordinator = status.Coordinator();
    WaitForEndOf(coordinator, options.end_limit);
    if (Interrupted()) return kInterrupted;
    const auto in_database = database_status();
    if (in_database && *in_database != kInterrupted) return *in_database;
    if (came_up && !coordinator && !in_database) {
      throw ResourceError("mpirun ended before the sweep started: see its message above");
    }
    if (launch == options.max_restarts) {
      say("it died again; finished work is kept, and the same command continues the sweep");
      return kInterrupted;
    }
    say(WhatDied(family, came_up) + "; launching again (" + std::to_string(launch + 1) + " of " +
        std::to_string(options.max_restarts) + ")");
  }
}

double SecondsSinceLaunch() {
  const char* start = std::getenv(kStartVariable);
  return start == nullptr ? 0 : std::difftime(std::time(nullptr), std::atoll(start));
}

}  // namespace lrsweep
