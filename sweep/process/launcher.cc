#include "sweep/process/launcher.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <set>
#include <thread>
#include <utility>

#include "params/errors.h"
#include "sweep/process/interrupt.h"
#include "sweep/process/mpirun_process.h"
#include "sweep/process/process_identity.h"
#include "sweep/process/status_file.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr auto kPollWhileUp = std::chrono::milliseconds(200);
constexpr const char* kStartVariable = "LRSWEEP_LAUNCHED_AT";  // seconds since 1970
constexpr auto kStartLimit = std::chrono::minutes(2);          // for the coordinator to come up
constexpr auto kForkLimit = std::chrono::seconds(5);  // for the ranks of a machine, from the first

/// Passes on the interrupts that came since the last call.
class InterruptRelay {
 public:
  void PassOn(MpirunProcess& mpirun) {
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

/// While MPI starts, all ranks wait for one that is there no more.
class StartingRanks {
 public:
  /// Whether one of those on this machine is gone, or died unseen: mpirun starts them at once.
  bool LostOne(std::set<pid_t> now) {
    const bool gone = !std::includes(now.begin(), now.end(), seen_.begin(), seen_.end());
    if (!first_ && !now.empty()) first_ = Clock::now();
    const bool late = first_ && Clock::now() - *first_ > kForkLimit && !now.empty() &&
                      now.size() < RanksOnMachineOf(*now.begin());
    seen_ = std::move(now);
    return gone || late;
  }

 private:
  std::set<pid_t> seen_;
  std::optional<Clock::time_point> first_;
};

/// Waits for mpirun's end, but not for ever once the coordinator has ended, nor for ranks that
/// cannot come up: then it returns false.
bool WaitFor(MpirunProcess& mpirun, const StatusFile& status, InterruptRelay& relay,
             const LaunchOptions& options) {
  std::optional<Clock::time_point> ended;
  const auto start_limit = Clock::now() + kStartLimit;
  StartingRanks starting;
  bool is_up = false;
  while (mpirun.Runs()) {
    relay.PassOn(mpirun);
    if (!ended && status.Status()) ended = Clock::now();
    is_up = is_up || status.Coordinator();
    if (!is_up && (starting.LostOne(mpirun.Ranks()) || Clock::now() > start_limit)) {
      mpirun.EndAtOnce();
      return false;
    }
    if (ended && Clock::now() - *ended > options.end_limit) mpirun.End();
    MpirunProcess::Wait(is_up ? kPollWhileUp : kPoll);
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
  // The silence allowed, then three questions in as long again: mpirun's daemon on a machine that
  // is cut off ends before the ranks there do (after three times that silence). Whoever has
  // something to say, as the daemon has when a rank ends, asks no more, but waits for as long as
  // TCP resends.
  const auto seconds = [](double count) {
    return std::to_string(std::max<int64_t>(1, std::llround(count)));
  };
  add({"--mca", "oob_tcp_keepalive_time", seconds(options.worker_timeout_seconds)});
  add({"--mca", "oob_tcp_keepalive_intvl", seconds(options.worker_timeout_seconds / 3)});
  add({"--mca", "oob_tcp_keepalive_probes", "3"});
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
      status.Variable(), std::string(kStartVariable) + "=" + std::to_string(std::time(nullptr))};
  const auto command = MpirunCommand(options, geteuid() == 0, variables, program);
  InterruptRelay relay;
  for (int64_t launch = 0;; ++launch) {
    status.Clear();
    MpirunProcess mpirun(command, options.end_limit);
    const bool came_up = WaitFor(mpirun, status, relay, options);
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

}  // namespace lrsweep
