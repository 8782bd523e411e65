// What one worker holds: the pack that it trains, and those that it was handed in advance so that
// it need not wait for its next one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "sweep/coordinator/trial_queue.h"
#include "trial/trial.h"

namespace lrsweep {

/// A worker trains what it holds in the order in which it got it, each pack at once when the one
/// before it has ended: so the coordinator knows what it trains without being told, and a trial
/// that was handed out in advance has not begun until then.
class WorkerLoad {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit WorkerLoad(WorkerInfo info) : info_(std::move(info)) {}

  const WorkerInfo& info() const { return info_; }
  bool idle() const { return training_.empty() && ahead_.empty(); }
  /// Packs handed out in advance.
  size_t ahead() const { return ahead_.size(); }
  /// Epochs left to train, over all trials that it holds.
  int64_t work() const { return work_; }

  /// Whether to hand it another pack now. An idle worker has room. One that trains has when its
  /// pack is in the last epoch, or while all that it holds takes less than 20 ms, as measured; but
  /// only while it holds less than half of `fair_share`, the epochs that each worker would get
  /// were all that is left spread evenly. So near the end no trial lies waiting with one worker
  /// while another has nothing to do.
  bool HasRoom(int64_t fair_share) const;

  void HandOut(Pack pack);
  /// Nothing is in training, and something was handed out: its first pack begins, at `now`.
  Pack BeginNext(TimePoint now);
  /// A trial in training has `epochs` behind it already.
  void OnResume(const std::string& trial_id, int64_t epochs);
  /// What was handed out in advance, which it will not train.
  std::deque<Pack> TakeBack() { return std::exchange(ahead_, {}); }
  /// An epoch of a trial in training is done.
  void OnEpoch(const std::string& trial_id);
  /// A trial in training has ended, `completed` or otherwise. True: it was the pack's last one.
  bool OnEnd(const std::string& trial_id, bool completed, TimePoint now);

 private:
  /// A trial in training.
  struct Member {
    int64_t epochs = 0;
    int64_t epochs_left = 0;
  };

  int64_t EpochsToGo() const;
  void Measure(int64_t epochs, TimePoint now);

  WorkerInfo info_;
  std::map<std::string, Member> training_;  // by trial id
  std::deque<Pack> ahead_;
  TimePoint began_{};                    // the pack in training
  int64_t work_ = 0;                     // epochs left of all trials held
  int64_t epochs_ahead_ = 0;             // of the longest trial of each pack in ahead_, summed
  std::optional<double> epoch_seconds_;  // of a trial, as seen from here; none before the first end
};

}  // namespace lrsweep
