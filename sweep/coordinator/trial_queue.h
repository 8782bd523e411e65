// The trials that no worker has, and how packs are made of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "sweep/search/trial_source.h"
#include "trial/trial.h"

namespace lrsweep {

/// Trials of equal shapes that one worker trains together; a lone trial is a pack of one.
using Pack = std::vector<Trial>;

/// A queue that is filled from a source. It takes a trial from the source when the trial is next,
/// or when it is considered for a pack: at most 1,024 of them wait here. Where trials are released
/// by others, those with most epochs left come first: for trials that depend on each other as in a
/// forest this is (nearly) the shortest way to the end of all.
class TrialQueue {
 public:
  /// Chooses which trials wait in the queue, of one or several that may share their first epochs.
  using Admit = std::function<std::vector<Trial>(std::vector<Trial>)>;

  /// Epochs that the trial has left to train.
  using EpochsLeft = std::function<int64_t(const Trial&)>;

  /// The source must outlive the queue. Each trial in `alone`, by its id, gets a pack of its own.
  /// Without `admit` all trials are taken. Without `epochs_left` trials keep the source's order.
  explicit TrialQueue(TrialSource& source, const std::vector<std::string>& alone = {},
                      Admit admit = {}, EpochsLeft epochs_left = {})
      : source_(source),
        alone_(alone.begin(), alone.end()),
        admit_(std::move(admit)),
        epochs_left_(std::move(epochs_left)) {}

  /// Which trials may be taken; empty: all.
  using Filter = std::function<bool(const Trial&)>;

  /// Whether there is a trial to take now. The source may have more later.
  bool HasNext() { return !waiting_.empty() || ReadNext(); }
  bool HasNext(const Filter& may_take) { return FindNext(may_take).has_value(); }

  /// Takes the next trial that may be taken, and with it those that can share its pack (PackKey):
  /// the following ones in order, up to `size` trials in all, and no more than have `epochs` epochs
  /// together, up to UntilOf. Considers a limited number of trials: where neighbours do not fit
  /// together, the pack is smaller. HasNext must be true.
  Pack Take(int64_t size, int64_t epochs, const Filter& may_take = {});

  /// Adds a trial behind those that wait with as many epochs left.
  void Add(Trial trial);

  /// Adds a trial before those that wait with as many epochs left: its state waits with it.
  void Release(Trial trial);

  /// Puts a trial back to the front: one that was taken and has not started, or was cut off for no
  /// fault of its own.
  void Requeue(Trial trial);

  /// Puts a trial back to be trained in a pack of its own, so that its failure then is its own.
  void RequeueAlone(Trial trial);

  /// Takes the trial of that id out, if it waits here.
  std::optional<Trial> Remove(const std::string& trial_id);

 private:
  struct Entry {
    Trial trial;
    std::string key;        // PackKey; empty: not computed yet
    bool is_alone = false;  // shares no pack
    /// Those with more come first, those put back before all; equal ones in the order in which they
    /// came.
    int64_t epochs_left = 0;
  };

  bool ReadNext();
  int64_t EpochsLeftOf(const Trial& trial) const { return epochs_left_ ? epochs_left_(trial) : 0; }
  void AddBehind(Trial trial, bool is_alone);
  std::vector<Trial> TakeTogether();
  std::optional<size_t> FindNext(const Filter& may_take);

  TrialSource& source_;
  std::unordered_set<std::string> alone_;  // ids
  Admit admit_;
  EpochsLeft epochs_left_;
  std::deque<Entry> waiting_;  // the front is next
};

}  // namespace lrsweep
