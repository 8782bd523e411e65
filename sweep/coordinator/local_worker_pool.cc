#include "sweep/coordinator/local_worker_pool.h"

#include <utility>

namespace lrsweep {

LocalWorkerPool::LocalWorkerPool(MakeExecutor make, WorkerSetup setup, std::function<bool()> go_on)
    : make_(std::move(make)), setup_(std::move(setup)), go_on_(std::move(go_on)) {}

void LocalWorkerPool::Start(int64_t /*worker*/, const PackTask& pack) { packs_.push_back(pack); }

void LocalWorkerPool::Wait(std::chrono::milliseconds /*timeout*/, const EventSink& sink) {
  if (!announced_) {
    announced_ = true;
    executor_ = Announce(make_, setup_, sink);
  } else if (!packs_.empty()) {
    const PackTask pack = std::move(packs_.front());
    packs_.pop_front();
    ExecutePack(*executor_, pack, setup_, sink,
                [this] { return go_on_() ? Order::kGoOn : Order::kStopAfterEpoch; });
  }
}

}  // namespace lrsweep
