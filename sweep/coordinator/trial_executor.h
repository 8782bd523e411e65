// What a worker does with a pack. main joins this to the worker room; the pools only call it.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "data/dataset.h"
#include "sweep/coordinator/worker_pool.h"
#include "trial/trial.h"

namespace lrsweep {

/// What a worker needs to know before its first pack.
struct WorkerSetup {
  std::string engine;          // "cpu" or "torch"
  std::string dataset_folder;  // the coordinator's; read under the same path by every worker
  std::string dataset_map;     // where a worker on the coordinator's machine can map it; or empty
  std::string dataset_sha256;  // what must be found there; empty: whatever is there
  double checkpoint_seconds = 10;  // the least time from one checkpoint of a trial to the next
  int64_t workers = 1;             // that share what the coordinator takes in
  int64_t held_back = 0;           // training images to evaluate on in place of the test images
  int64_t worker = 0;              // its rank
  int worker_index = 0;            // its place among the workers of its node, from 0
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
  /// After each epoch of a member that goes on: whether to make a checkpoint, and its bytes.
  std::function<bool(size_t member)> wants_checkpoint;
  std::function<void(size_t member, int64_t epoch, std::string data)> on_checkpoint;
  /// After each epoch. True: stop here.
  std::function<bool()> stops;
};

/// A checkpoint that came with a task cannot be used; the trial has to begin anew.
struct UnusableCheckpoint : std::runtime_error {
  UnusableCheckpoint(size_t of_member, const std::string& why)
      : std::runtime_error("its checkpoint could not be used: " + why), member(of_member) {}
  size_t member;
};

/// What a worker is to do with the pack that it trains.
enum class Order { kGoOn, kStopAfterEpoch, kStopNow };

class TrialExecutor {
 public:
  virtual ~TrialExecutor() = default;

  /// `worker` and `host` are left to the caller.
  virtual WorkerInfo Describe() const = 0;

  /// Trains the pack until each member has ended, or the reporter said to stop. Throws
  /// UnusableCheckpoint before anything is trained; std::exception for what makes those that have
  /// not ended failed.
  virtual void Execute(const PackTask& pack, const PackReporter& reporter) = 0;

  /// ExecutePack's: the size of the last checkpoint made, and so, about, of the next one.
  size_t checkpoint_bytes = 0;
};

/// Loads data and engine; throws std::exception if this worker cannot train.
using MakeExecutor = std::function<std::unique_ptr<TrialExecutor>(const WorkerSetup&)>;

/// Executes `pack` and reports all of it to `sink` as the worker of `setup`, each trial's end
/// included: the one place where an exception becomes failed trials. What `sink` throws comes out.
/// `order` is asked at least every 100 ms. Checkpoints are made when an epoch ends, at most every
/// `checkpoint_seconds`, more seldom where all workers together would send more than 20 MB a
/// second, and always before stopping.
void ExecutePack(TrialExecutor& executor, const PackTask& pack, const WorkerSetup& setup,
                 const EventSink& sink, const std::function<Order()>& order);

/// The executor and its WorkerReady event, or no executor and WorkerRefused.
std::unique_ptr<TrialExecutor> Announce(const MakeExecutor& make, const WorkerSetup& setup,
                                        const EventSink& sink);

}  // namespace lrsweep
