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
  const auto on_epoch = [&](EpochRecord record) {
    sink(EpochFinished{worker, task.trial_id, std::move(record)});
  };
  const auto on_progress = [&](TrialProgressed progress) {
    if (Clock::now() - last_report >= kProgressInterval) {
      last_report = Clock::now();
      progress.worker = worker;
      progress.trial_id = task.trial_id;
      sink(std::move(progress));
    }
    return go_on();
  };
  TrialEnded ended{worker, task.trial_id, TrialState::kFailed, ""};
  try {
    ended.state = executor.Execute(task, on_epoch, on_progress);
  } catch (const std::exception& error) {
    ended.error = error.what();
  }
  sink(std::move(ended));
}

std::unique_ptr<TrialExecutor> Announce(const MakeExecutor& make, const WorkerSetup& setup,
                                        const EventSink& sink) {
  try {
    auto executor = make(setup);
    WorkerReady ready{executor->Describe()};
    ready.info.worker = setup.worker;
    ready.info.host = HostName();
    sink(std::move(ready));
    return executor;
  } catch (const std::exception& error) {
    sink(WorkerRefused{setup.worker, HostName(), error.what()});
    return nullptr;
  }
}

}  // namespace lrsweep
