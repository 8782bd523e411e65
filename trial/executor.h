// The executor interface: what a worker does with a pack of trials. The built-in model is trained
// by worker/built_in_executor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "trial/program.h"
#include "trial/trial.h"

namespace lrsweep {

struct Dataset;

/// One attempt at one trial.
struct TrialTask {
  std::string trial_id;
  Map params;                // complete
  std::string checkpoint{};  // bytes of an earlier OnCheckpoint to resume from; empty: none
  int64_t epochs_done = 0;   // the epoch of that checkpoint
  /// The epoch after which the trial gives a checkpoint and leaves its pack, to resume later; 0: it
  /// is trained to its end. Of a user's program: the first epoch that it reports from there on.
  int64_t until = 0;
  /// Of a user's program: the trial in whose folder the checkpoint is; empty: in its own.
  std::string checkpoint_of{};
  /// Epochs after which a checkpoint is needed for other trials that share them, in ascending
  /// order.
  std::vector<int64_t> branch_epochs{};
  /// Where the checkpoint may be of another trial: the metric that the schedule follows, after each
  /// epoch that is done; else the checkpoint has it.
  std::vector<double> metric_history{};
};

/// What a worker trains together: at least one trial. Trials of one pack agree in what PackKey
/// (sweep/search/trial_shape.h) compares.
struct PackTask {
  std::vector<TrialTask> trials;
};

/// What a worker is told before its first pack.
struct WorkerSetup {
  // The built-in model: its engine and its data.
  std::string engine;          // "cpu" or "torch"
  std::string dataset_folder;  // the coordinator's; every worker reads it under the same path
  std::string dataset_map;     // where a worker on the coordinator's machine can map it; or empty
  std::string dataset_map_sha256;  // of the data under the map: the held-back images are last there
  std::string dataset_sha256;      // of the data that must be there; empty: any data
  int64_t validation_images = 0;   // training images to evaluate on in place of the test images
  bool draws_held_back = false;    // these images, equally from the classes; else they are the last

  // A user's program, in place of the built-in model.
  std::optional<ProgramSpec> program{};

  // Every executor.
  double checkpoint_seconds = 10;  // least time from one checkpoint of a trial to the next
  int64_t workers = 1;             // that send checkpoints to the same coordinator
  double silence_seconds = 180;    // of the coordinator, after which a worker ends itself
  int64_t pack_size = 0;  // members of every pack, filled up where there are fewer trials; 0: as
                          // the engine likes

  // This process's own: never sent.
  int64_t worker = 0;                   // its rank
  int worker_index = 0;                 // its position among the workers of its node, from 0
  int workers_of_node = 1;              // how many these are
  std::shared_ptr<const Dataset> data;  // where this process has loaded it already, the held-back
                                        // images last; or null
};

/// How far a running trial is.
struct TrialProgress {
  int64_t epoch = 0;       // the one in training, from 1
  int64_t steps_done = 0;  // of that epoch
  double loss = 0;         // of the last of these steps
  double lr = 0;           // of the next step
};

/// What a member of a pack does after an epoch that is not its last one.
enum class AfterEpoch {
  kContinue,
  kCheckpoint,  // gives a checkpoint and continues
  kHold,        // gives a checkpoint and leaves the pack: it can resume later
  kEnd,         // leaves the pack for good
};

/// What an executor reports to and asks while it trains a pack. `member` is a trial's position in
/// the pack, from 0. All functions are called on the thread that runs Execute.
class PackObserver {
 public:
  PackObserver() = default;
  PackObserver(const PackObserver&) = delete;
  PackObserver& operator=(const PackObserver&) = delete;
  virtual ~PackObserver() = default;

  virtual void OnEpoch(size_t member, EpochRecord record) = 0;

  /// Called after each epoch of a member that has not ended with it.
  virtual AfterEpoch OnEpochEnd(size_t /*member*/) { return AfterEpoch::kContinue; }

  /// Whether the sweep is being stopped: a member whose epoch may take hours should leave now, as
  /// if it was told kHold.
  virtual bool IsStopping() { return false; }

  /// `data` are the bytes from which the member can resume after `epoch`.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): overriders keep the data
  virtual void OnCheckpoint(size_t /*member*/, int64_t /*epoch*/, std::string /*data*/) {}

  /// The member leaves the pack. kCompleted: after its last epoch; kStopped: it diverged, or was
  /// told kEnd; kPending: it was told kHold.
  virtual void OnEnd(size_t member, TrialState state) = 0;

  /// Called at least every 100 ms, for any of the members. False: the whole pack stops now.
  virtual bool OnProgress(size_t /*member*/, const TrialProgress& /*progress*/) { return true; }
};

/// A checkpoint that came with a task cannot be used: the trial has to start again from epoch 1.
struct UnusableCheckpoint : std::runtime_error {
  UnusableCheckpoint(size_t of_member, const std::string& why)
      : std::runtime_error("its checkpoint could not be used: " + why), member(of_member) {}
  size_t member;
};

/// The trial ended by itself before its last epoch, unasked, but with a checkpoint from which it
/// can resume: that counts like the loss of its worker.
struct EndedUnasked : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The executor can train nothing any more (its device has failed): the process that has it must
/// end.
struct ExecutorUnusable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Trains packs, one after another. Not thread-safe; stays on the thread that made it.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Where and with what it computes. The caller fills in `worker` and `host`.
  virtual WorkerInfo Describe() const = 0;

  /// Trains the pack until each member has left it, or OnProgress returned false: members that have
  /// not ended then get no OnEnd. Throws UnusableCheckpoint before anything is trained,
  /// EndedUnasked, ExecutorUnusable when it can train nothing any more, and another std::exception
  /// for what makes the members that have not ended fail.
  virtual void Execute(const PackTask& pack, PackObserver& observer) = 0;
};

/// Makes a worker's executor; throws std::exception if this worker cannot train.
using MakeExecutor = std::function<std::unique_ptr<Executor>(const WorkerSetup&)>;

}  // namespace lrsweep
