#include "sweep/local_worker_pool.h"

#include <utility>

namespace lrsweep {

LocalWorkerPool::LocalWorkerPool(MakeExecutor make, WorkerSetup setup, std::function<bool()> go_on)
    : make_(std::move(make)), setup_(std::move(setup)), go_on_(std::move(go_on)) {}

void LocalWorkerPool::Start(int64_t /*worker*/, const TrialTask& task) { task_ = task; }

void LocalWorkerPool::Wait(std::chrono::milliseconds /*timeout*/, const EventSink& sink) {
  if (!announced_) {
    announced_ = true;
    executor_ = Announce(make_, setup_, sink);
  } else if (task_) {
    const TrialTask task = *std::exchange(task_, std::nullopt);
    ExecuteTask(*executor_, task, setup_.worker, sink, go_on_);
  }
}

}  // namespace lrsweep
