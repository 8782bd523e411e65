// The one seam between the coordinator and those who train: give work, wait for events. Over MPI
// in mpi_worker_pool, in this process in local_worker_pool, a fake in the coordinator's tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "results/trial.h"

namespace lrsweep {

/// One go at one trial.
struct TrialTask {
  std::string trial_id;
  Map params;  // complete
};

/// What a worker trains together: trials that can share a pack (pack_compatibility), at least one.
struct PackTask {
  std::vector<TrialTask> trials;
};

// What workers report. `worker` is the MPI rank, or 0 in a lone process.

/// The worker has its data and its engine, and no pack.
struct WorkerReady {
  WorkerInfo info;
};
/// The worker cannot train at all, and takes no pack.
struct WorkerRefused {
  int64_t worker = 0;
  std::string host;
  std::string reason;
};
/// A trial's standing, several times a second at most.
struct TrialProgressed {
  int64_t worker = 0;
  std::string trial_id;
  int64_t epoch = 0;
  int64_t steps_done = 0;  // of that epoch
  double loss = 0;         // of the last of these steps
  double lr = 0;
};
struct EpochFinished {
  int64_t worker = 0;
  std::string trial_id;
  EpochRecord record;
};
/// The trial is over; the worker goes on with the rest of its pack, then with its next pack.
/// `state` is kCompleted, kStopped, kFailed (with `error`) or kPending for a trial that was cut
/// off. In a pack of several, kFailed says that the pack broke off: which of its trials is to blame
/// is not known.
struct TrialEnded {
  int64_t worker = 0;
  std::string trial_id;
  TrialState state = TrialState::kCompleted;
  std::string error;
};

using Event = std::variant<WorkerReady, WorkerRefused, TrialProgressed, EpochFinished, TrialEnded>;
using EventSink = std::function<void(Event)>;

class WorkerPool {
 public:
  virtual ~WorkerPool() = default;

  /// Workers that may still report themselves ready or refused, or have done so.
  virtual int64_t size() const = 0;

  /// Gives a ready worker a pack, which it trains at once when it has ended those that it was given
  /// before. Returns at once.
  virtual void Start(int64_t worker, const PackTask& pack) = 0;

  /// Hands the events that have come to `sink`, in the order of each worker; waits for the first
  /// one, at most `timeout`. `sink` must not call the pool.
  virtual void Wait(std::chrono::milliseconds timeout, const EventSink& sink) = 0;
};

}  // namespace lrsweep
