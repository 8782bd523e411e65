// What a worker does with a task. main joins this to the worker room; the pools only call it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "data/dataset.h"
#include "results/trial.h"
#include "sweep/worker_pool.h"

namespace lrsweep {

/// What a worker needs to know before its first task.
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

class TrialExecutor {
 public:
  virtual ~TrialExecutor() = default;

  /// `worker` and `host` are left to the caller.
  virtual WorkerInfo Describe() const = 0;

  /// Trains `task` to its end: kCompleted, kStopped, or kPending when `on_progress` said to stop.
  /// Throws std::exception for what makes the trial failed.
  virtual TrialState Execute(const TrialTask& task,
                             const std::function<void(EpochRecord)>& on_epoch,
                             const std::function<bool(const TrialProgressed&)>& on_progress) = 0;
};

/// Loads data and engine; throws std::exception if this worker cannot train.
using MakeExecutor = std::function<std::unique_ptr<TrialExecutor>(const WorkerSetup&)>;

/// Executes `task` and reports all of it to `sink` as `worker`, its end included: the one place
/// where a trial's exception becomes a failed trial. What `sink` throws comes out. `go_on` is asked
/// at least every 100 ms.
void ExecuteTask(TrialExecutor& executor, const TrialTask& task, int64_t worker,
                 const EventSink& sink, const std::function<bool()>& go_on);

/// The executor and its WorkerReady event, or no executor and WorkerRefused.
std::unique_ptr<TrialExecutor> Announce(const MakeExecutor& make, const WorkerSetup& setup,
                                        const EventSink& sink);

}  // namespace lrsweep
