// The one seam between the coordinator and those who train: give work, wait for events. Over MPI
// in mpi_worker_pool, in this process in local_worker_pool, a fake in the coordinator's tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>

#include "trial/executor.h"
#include "trial/trial.h"

namespace lrsweep {

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
/// How far a trial is, at most every half second.
struct TrialProgressed {
  int64_t worker = 0;
  std::string trial_id;
  TrialProgress progress;
};
struct EpochFinished {
  int64_t worker = 0;
  std::string trial_id;
  EpochRecord record;
};
/// Where a trial can go on: the state after the epoch that the worker reported last.
struct CheckpointMade {
  int64_t worker = 0;
  std::string trial_id;
  int64_t epoch = 0;
  std::string sha256;  // of `data`
  std::string data;
};
/// The trial is over; the worker goes on with the rest of its pack, then with its next pack.
/// `state` is kCompleted, kStopped, kFailed (with `error`) or kPending for a trial that was cut
/// off, or, with `error`, whose checkpoint could not be used. In a pack of several, kFailed says
/// that the pack broke off: which of its trials is to blame is not known.
struct TrialEnded {
  int64_t worker = 0;
  std::string trial_id;
  TrialState state = TrialState::kCompleted;
  std::string error;
};

using Event = std::variant<WorkerReady, WorkerRefused, TrialProgressed, EpochFinished,
                           CheckpointMade, TrialEnded>;
using EventSink = std::function<void(Event)>;

class WorkerPool {
 public:
  virtual ~WorkerPool() = default;

  /// Workers that may still report themselves ready or refused, or have done so: numbers from
  /// `first()` on.
  virtual int64_t size() const = 0;
  /// 1, or 0 where the coordinator's process trains.
  virtual int64_t first() const { return 1; }

  /// Gives a ready worker a pack, which it trains at once when it has ended those that it was given
  /// before. Returns at once.
  virtual void Start(int64_t worker, const PackTask& pack) = 0;

  /// Tells every worker to finish its epoch, report where its trials can go on, and end all that it
  /// holds as kPending. Returns at once.
  virtual void StopAll() = 0;

  /// Tells a worker that was given up, and speaks all the same, to end. Returns at once.
  virtual void Dismiss(int64_t worker) = 0;

  /// Whether it is certain that the worker's process has ended.
  virtual bool IsGone(int64_t worker) const = 0;

  /// Hands the events that have come to `sink`, in the order of each worker; waits for the first
  /// one, at most `timeout`. `sink` must not call the pool, but for Dismiss.
  virtual void Wait(std::chrono::milliseconds timeout, const EventSink& sink) = 0;
};

}  // namespace lrsweep
