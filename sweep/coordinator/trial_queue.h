// The trials that nobody has yet, and how packs are made of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "trial/trial.h"

namespace lrsweep {

/// Trials of equal shapes that one worker trains together; a lone trial is a pack of one.
using Pack = std::vector<Trial>;

/// How long the trial is.
int64_t EpochsOf(const Trial& trial);

class TrialQueue {
 public:
  /// The queue of `trial_at(0)` to `trial_at(count - 1)`, in this order. A trial is made when its
  /// turn comes, or when it is looked at to fill a pack.
  TrialQueue(size_t count, std::function<Trial(size_t)> trial_at);

  size_t pending() const { return waiting_.size() + count_ - next_; }

  /// Takes the trial whose turn it is, and with it those that can share its pack (PackKey): the
  /// next ones in order, up to `size` trials in all, and no more than have `epochs` epochs
  /// together. Looks only so far ahead: where neighbours do not fit together, the pack is smaller.
  /// Not to be called when nothing is pending.
  Pack Take(int64_t size, int64_t epochs);

  /// A trial that was taken and has not begun, or was cut off by no fault of its own: it is next.
  void GiveBack(Trial trial);

  /// The trial is to be trained again, next and by itself, so that what happens then is its own.
  void TryAlone(Trial trial);

 private:
  struct Entry {
    Trial trial;
    std::string key;     // PackKey; empty: not asked for yet
    bool alone = false;  // shares no pack
  };

  bool ReadNext();

  size_t count_;
  std::function<Trial(size_t)> trial_at_;
  size_t next_ = 0;            // those before it are in waiting_ or were taken
  std::deque<Entry> waiting_;  // the front is next
};

}  // namespace lrsweep
