#include "sweep/coordinator/local_worker_pool.h"

#include <utility>

namespace lrsweep {

LocalWorkerPool::LocalWorkerPool(MakeExecutor make, WorkerSetup setup,
                                 std::function<bool()> should_continue)
    : make_(std::move(make)),
      setup_(std::move(setup)),
      should_continue_(std::move(should_continue)) {}

void LocalWorkerPool::Start(int64_t /*worker*/, const PackTask& pack) { packs_.push_back(pack); }

void LocalWorkerPool::Send(int64_t /*worker*/, const EndTrial& order) {
  executor_->to_end.insert(order.trial_id);
}

void LocalWorkerPool::Wait(std::chrono::milliseconds /*timeout*/, const EventSink& sink) {
  if (!has_started_) {
    has_started_ = true;
    executor_ = StartExecutor(make_, setup_, sink);
  } else if (!packs_.empty()) {
    const PackTask pack = std::move(packs_.front());
    packs_.pop_front();
    try {
      ExecutePack(*executor_, pack, sink,
                  [this] { return should_continue_() ? Order::kContinue : Order::kHold; });
    } catch (const ExecutorUnusable&) {  // the coordinator was told
      packs_.clear();
    }
  }
}

}  // namespace lrsweep
