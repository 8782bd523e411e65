// What a worker does with a pack. main joins this to the worker room; the pools only call it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "data/dataset.h"
#include "results/trial.h"
#include "sweep/worker_pool.h"

namespace lrsweep {

/// What a worker needs to know before its first pack.
struct WorkerSetup {
  std::string engine;          // "cpu" or "torch"
  std::string dataset_folder;  // the coordinator's; read under the same path by every worker
  std::string dataset_map;     // where a worker on the coordinator's machine can map it; or empty
  std::string dataset_sha256;  // what must be found there; empty: whatever is there
  int64_t held_back = 0;       // training images to evaluate on in place of the test images
  int64_t worker = 0;          // its rank
  int worker_index = 0;        // its place among the workers of its node, from 0
  std::shared_ptr<const Dataset> data;  // where this process has loaded it already
};

/// How an executor reports; `member` is a trial's place in the pack, from 0.
struct PackReporter {
  std::function<void(size_t member, EpochRecord)> on_epoch;
  /// kCompleted or kStopped; the member's epochs were reported before.
  std::function<void(size_t member, TrialState)> on_end;
  /// At least every 100 ms, of any member. False: stop now, whatever the pack's other members do.
  /// `worker` and `trial_id` are left to the caller.
  std::function<bool(size_t member, const TrialProgressed&)> on_progress;
};

class TrialExecutor {
 public:
  virtual ~TrialExecutor() = default;

  /// `worker` and `host` are left to the caller.
  virtual WorkerInfo Describe() const = 0;

  /// Trains the pack until each member has ended, or `on_progress` said to stop. Throws
  /// std::exception for what makes those that have not ended failed.
  virtual void Execute(const PackTask& pack, const PackReporter& reporter) = 0;
};

/// Loads data and engine; throws std::exception if this worker cannot train.
using MakeExecutor = std::function<std::unique_ptr<TrialExecutor>(const WorkerSetup&)>;

/// Executes `pack` and reports all of it to `sink` as `worker`, each trial's end included: the one
/// place where an exception becomes failed trials. What `sink` throws comes out. `go_on` is asked
/// at least every 100 ms.
void ExecutePack(TrialExecutor& executor, const PackTask& pack, int64_t worker,
                 const EventSink& sink, const std::function<bool()>& go_on);

/// The executor and its WorkerReady event, or no executor and WorkerRefused.
std::unique_ptr<TrialExecutor> Announce(const MakeExecutor& make, const WorkerSetup& setup,
                                        const EventSink& sink);

}  // namespace lrsweep
