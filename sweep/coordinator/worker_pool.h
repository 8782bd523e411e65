// The interface between the coordinator and its workers: give work, wait for events. Implemented
// over a channel to worker processes by sweep/messages/channel_worker_pool, in this process by
// local_worker_pool, and by fakes in tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>

#include "trial/executor.h"
#include "trial/trial.h"

namespace lrsweep {

// What workers report. `worker` is the worker's rank, or 0 in a lone process.

/// The worker has its data and its engine, and no pack.
struct WorkerReady {
  WorkerInfo info;
};
/// The worker cannot train at all, or not any more: what it trained is lost. Its last event.
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
/// A checkpoint of a trial, made after the epoch that the worker reported last.
struct CheckpointMade {
  int64_t worker = 0;
  std::string trial_id;
  int64_t epoch = 0;
  std::string sha256;  // of `data`
  std::string data;
};
/// The trial has left its pack; the worker continues with the rest of the pack, then with its next
/// one. `state` is
/// - kCompleted, or kStopped: it diverged, or was told to end;
/// - kFailed, with `error`; in a pack of several it is not known which of the trials caused it;
/// - kPending: it was held or cut off, or, with `error`, its checkpoint could not be used; or it
///   ended `unasked`, its checkpoint good, which counts like the loss of its worker.
struct TrialEnded {
  int64_t worker = 0;
  std::string trial_id;
  TrialState state = TrialState::kCompleted;
  std::string error;
  bool unasked = false;
};

/// The worker's process has ended. Its last event; reported by a pool that learns of it at once, in
/// place of the worker.
struct WorkerGone {
  int64_t worker = 0;
  std::string how;  // "its process was ended by SIGSEGV"
};

using Event = std::variant<WorkerReady, WorkerRefused, TrialProgressed, EpochFinished,
                           CheckpointMade, TrialEnded, WorkerGone>;
using EventSink = std::function<void(Event)>;

/// Returns the number of the worker that reported an event.
template <typename Happened>
auto& WorkerOf(Happened& happened) {
  return happened.worker;
}
inline int64_t& WorkerOf(WorkerReady& ready) { return ready.info.worker; }
inline const int64_t& WorkerOf(const WorkerReady& ready) { return ready.info.worker; }

/// What a worker does with the trials that it trains. kHold takes effect when their epoch ends:
/// they end as kPending, after a checkpoint. kStopNow takes effect at once.
enum class Order { kContinue, kHold, kStopNow };

/// Ends one trial of a pack, as kStopped, when its epoch ends; the other members continue.
struct EndTrial {
  std::string trial_id;
};

class WorkerPool {
 public:
  virtual ~WorkerPool() = default;

  /// Workers that may still report themselves ready or refused, or have done so. Their numbers are
  /// consecutive, from `first()` on.
  virtual int64_t size() const = 0;
  /// 1, or 0 where the coordinator's process trains.
  virtual int64_t first() const { return 1; }

  /// Gives a ready worker a pack, which it trains as soon as those before it have ended. Returns at
  /// once.
  virtual void Start(int64_t worker, const PackTask& pack) = 0;

  /// Tells a worker to end a trial that it trains. A worker that does not have the trial any more
  /// ignores it. Returns at once.
  virtual void Send(int64_t worker, const EndTrial& order) = 0;

  /// Tells every worker to hold all its trials: to finish its epoch, send checkpoints, and report
  /// every trial as kPending. Returns at once.
  virtual void StopAll() = 0;

  /// Tells a worker that was marked dead, but still sends messages, to end. Returns at once.
  virtual void Dismiss(int64_t worker) = 0;

  /// Whether it is certain that the worker's process has ended. Where the pool reports WorkerGone:
  /// since then.
  virtual bool IsGone(int64_t worker) const = 0;

  /// Hands the events that have come to `sink`, those of one worker in their order; waits for the
  /// first one, at most `timeout`. Of the pool's functions `sink` may call only Send and Dismiss.
  virtual void Wait(std::chrono::milliseconds timeout, const EventSink& sink) = 0;
};

}  // namespace lrsweep
