// What one worker holds: the pack that it trains, and prefetched packs, so that it need not wait
// for the next one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "sweep/coordinator/trial_queue.h"
#include "trial/trial.h"

namespace lrsweep {

/// A worker trains its packs in the order in which it got them, each as soon as the one before it
/// has ended. So the coordinator knows which pack is in training without a message, and a
/// prefetched trial has not started until then.
class WorkerLoad {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// The epoch to which a trial is trained.
  using UntilOf = std::function<int64_t(const Trial&)>;

  explicit WorkerLoad(WorkerInfo info, UntilOf until_of = EpochsOf)
      : info_(std::move(info)), until_of_(std::move(until_of)) {}

  const WorkerInfo& info() const { return info_; }
  bool is_idle() const { return training_.empty() && prefetched_.empty(); }
  bool is_training() const { return !training_.empty(); }
  /// Prefetched packs.
  size_t prefetched() const { return prefetched_.size(); }
  /// Epochs left to train, over all trials that it holds.
  int64_t work() const { return work_; }

  /// Whether to give it another pack now. An idle worker accepts one. A training worker does when
  /// its pack is in the last epoch, or while all that it holds takes less than 20 ms by what was
  /// measured; but only while it holds less than half of `fair_share`, the epochs that each worker
  /// would get if all that is left were spread evenly. So near the end no trial waits with one
  /// worker while another one is idle.
  bool CanAccept(int64_t fair_share) const;

  void HandOut(Pack pack);
  /// Starts the first of its prefetched packs at `now`. Nothing may be in training.
  Pack BeginNext(TimePoint now);
  /// A trial in training resumes after `epochs`.
  void OnResume(const std::string& trial_id, int64_t epochs);
  bool HasPrefetched(const std::string& trial_id) const;
  /// Takes its prefetched packs away.
  std::deque<Pack> TakePrefetched() { return std::exchange(prefetched_, {}); }
  /// A trial in training has ended this epoch; it may have left out some before it.
  void OnEpoch(const std::string& trial_id, int64_t epoch);
  /// A trial in training has ended, `completed` or otherwise. True: it was the pack's last one.
  bool OnEnd(const std::string& trial_id, bool completed, TimePoint now);

 private:
  /// A trial in training.
  struct Member {
    int64_t until = 0;        // the epoch to which it is trained
    int64_t epochs_done = 0;  // of the whole trial
    int64_t resumed_after = 0;

    int64_t EpochsLeft() const { return until - epochs_done; }
  };

  int64_t LongestEpochs(const Pack& pack) const;
  int64_t EpochsUntilIdle() const;
  void Measure(int64_t epochs, TimePoint now);

  WorkerInfo info_;
  UntilOf until_of_;
  std::map<std::string, Member> training_;  // by trial id
  std::deque<Pack> prefetched_;
  TimePoint began_{};                    // the pack in training
  int64_t work_ = 0;                     // epochs left of all trials that it holds
  int64_t prefetched_epochs_ = 0;        // of the longest trial of each prefetched pack, summed
  std::optional<double> epoch_seconds_;  // of a trial, measured here; none before the first end
};

}  // namespace lrsweep
