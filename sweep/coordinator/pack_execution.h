// A worker's end of the pool: starts its executor, trains packs with it and reports their events.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sweep/coordinator/worker_pool.h"
#include "trial/executor.h"

namespace lrsweep {

/// What a worker is to do with a trial that it trains. kHold and kEnd take effect when the trial's
/// epoch ends, kStopNow at once and for the whole pack.
enum class Order { kContinue, kHold, kEnd, kStopNow };

/// The order for a trial, by its id.
using OrderOf = std::function<Order(const std::string& trial_id)>;

/// An executor with its worker's setup.
struct StartedExecutor {
  std::unique_ptr<Executor> executor;
  WorkerSetup setup;
  /// Size of the last checkpoint, which predicts that of the next one.
  size_t checkpoint_bytes = 0;
};

/// Starts an executor and reports WorkerReady; where it cannot be made, reports WorkerRefused and
/// returns none.
std::optional<StartedExecutor> StartExecutor(const MakeExecutor& make, const WorkerSetup& setup,
                                             const EventSink& sink);

/// Executes `pack` and reports every event of it to `sink`, the end of each trial included: this is
/// the one place where an exception becomes failed trials. Passes on what `sink` throws.
///
/// `order_of` is asked at least every 100 ms. Checkpoints are made at the end of an epoch: at most
/// every `checkpoint_seconds`, more rarely where all workers together would send more than 20 MB a
/// second, and always of a trial that is held.
void ExecutePack(StartedExecutor& started, const PackTask& pack, const EventSink& sink,
                 const OrderOf& order_of);

}  // namespace lrsweep
