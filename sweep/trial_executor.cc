#include "sweep/trial_executor.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <exception>
#include <utility>

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;
// Often enough for eyes, seldom enough for a coordinator of hundreds of workers.
constexpr auto kProgressInterval = std::chrono::milliseconds(500);

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

}  // namespace

void ExecutePack(TrialExecutor& executor, const PackTask& pack, int64_t worker,
                 const EventSink& sink, const std::function<bool()>& go_on) {
  const std::vector<TrialTask>& trials = pack.trials;
  std::vector<Clock::time_point> last_report(trials.size(), Clock::now());
  std::vector<bool> over(trials.size());
  // What the sink throws is not the trials' fault: it passes through the training and goes on.
  std::exception_ptr sink_failure;
  const auto report = [&](Event event) {
    try {
      sink(std::move(event));
    } catch (...) {
      sink_failure = std::current_exception();
      throw;
    }
  };
  PackReporter reporter;
  reporter.on_epoch = [&](size_t member, EpochRecord record) {
    report(EpochFinished{worker, trials.at(member).trial_id, std::move(record)});
  };
  reporter.on_end = [&](size_t member, TrialState state) {
    over.at(member) = true;
    report(TrialEnded{worker, trials[member].trial_id, state, ""});
  };
  reporter.on_progress = [&](size_t member, TrialProgressed progress) {
    if (Clock::now() - last_report.at(member) >= kProgressInterval) {
      last_report[member] = Clock::now();
      progress.worker = worker;
      progress.trial_id = trials[member].trial_id;
      report(std::move(progress));
    }
    return go_on();
  };
  TrialState rest = TrialState::kPending;
  std::string error;
  try {
    executor.Execute(pack, reporter);
  } catch (const std::exception& failure) {
    if (sink_failure) std::rethrow_exception(sink_failure);
    rest = TrialState::kFailed;
    error = failure.what();
  }
  for (size_t member = 0; member < trials.size(); ++member) {
    if (!over[member]) sink(TrialEnded{worker, trials[member].trial_id, rest, error});
  }
}

std::unique_ptr<TrialExecutor> Announce(const MakeExecutor& make, const WorkerSetup& setup,
                                        const EventSink& sink) {
  std::unique_ptr<TrialExecutor> executor;
  std::string reason;
  try {
    executor = make(setup);
  } catch (const std::exception& error) {
    reason = error.what();
  }
  if (!executor) {
    sink(WorkerRefused{setup.worker, HostName(), reason});
    return nullptr;
  }
  WorkerReady ready{executor->Describe()};
  ready.info.worker = setup.worker;
  ready.info.host = HostName();
  sink(std::move(ready));
  return executor;
}

}  // namespace lrsweep
