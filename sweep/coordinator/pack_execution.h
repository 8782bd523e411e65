// A worker's end of the pool: starts its executor, trains packs with it and reports their events.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "sweep/coordinator/worker_pool.h"
#include "trial/executor.h"

namespace lrsweep {

/// An executor with its worker's setup.
struct StartedExecutor {
  std::unique_ptr<Executor> executor;
  WorkerSetup setup;
  /// Size of the last checkpoint, which predicts that of the next one.
  size_t checkpoint_bytes = 0;
  /// Ids of the trials of its packs that are to end; ExecutePack removes those of its pack.
  std::set<std::string> to_end{};
};

/// Starts an executor and reports WorkerReady; where it cannot be made, reports WorkerRefused and
/// returns none.
std::optional<StartedExecutor> StartExecutor(const MakeExecutor& make, const WorkerSetup& setup,
                                             const EventSink& sink);

/// Executes `pack` and reports every event of it to `sink`, the end of each trial included: this is
/// the one place where an exception becomes failed trials. Passes on what `sink` throws.
///
/// Where the executor throws ExecutorUnusable, reports WorkerRefused in place of the ends, and
/// passes it on. The executor is then gone, and no pack may follow.
///
/// `pack_order` is the order for the whole pack; it is asked at least every 100 ms, and may add to
/// `started.to_end`. Checkpoints are made at the end of an epoch: at most every
/// `checkpoint_seconds`, more rarely where all workers together would send more than 20 MB a
/// second, and always of a trial that is held, with its pack or because of its task's `until`.
void ExecutePack(StartedExecutor& started, const PackTask& pack, const EventSink& sink,
                 const std::function<Order()>& pack_order);

}  // namespace lrsweep
