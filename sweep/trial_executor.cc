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

void ExecuteTask(TrialExecutor& executor, const TrialTask& task, int64_t worker,
                 const EventSink& sink, const std::function<bool()>& go_on) {
  Clock::time_point last_report = Clock::now();
  // What the sink throws is not the trial's fault: it passes through the training and goes on.
  std::exception_ptr sink_failure;
  const auto report = [&](Event event) {
    try {
      sink(std::move(event));
    } catch (...) {
      sink_failure = std::current_exception();
      throw;
    }
  };
  const auto on_epoch = [&](EpochRecord record) {
    report(EpochFinished{worker, task.trial_id, std::move(record)});
  };
  const auto on_progress = [&](TrialProgressed progress) {
    if (Clock::now() - last_report >= kProgressInterval) {
      last_report = Clock::now();
      progress.worker = worker;
      progress.trial_id = task.trial_id;
      report(std::move(progress));
    }
    return go_on();
  };
  TrialEnded ended{worker, task.trial_id, TrialState::kFailed, ""};
  try {
    ended.state = executor.Execute(task, on_epoch, on_progress);
  } catch (const std::exception& error) {
    if (sink_failure) std::rethrow_exception(sink_failure);
    ended.error = error.what();
  }
  sink(std::move(ended));
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
