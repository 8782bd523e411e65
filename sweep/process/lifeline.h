// What a rank cannot do without, watched.
#pragma once

#include <chrono>

#include "sweep/process/process_identity.h"

namespace lrsweep {

/// Of a rank: its parent, which is the launcher's daemon, and for a worker its coordinator. A rank
/// whose parent or coordinator died would otherwise wait for it for ever. Not thread-safe.
class Lifeline {
 public:
  using Clock = std::chrono::steady_clock;

  /// Notes the parent. Construct it early: a parent that died before is not missed.
  Lifeline();

  /// From now on the coordinator counts too: it may be gone, where that can be known, or silent for
  /// `silence_limit`.
  void WatchCoordinator(const ProcessIdentity& coordinator, Clock::duration silence_limit);
  /// The coordinator spoke.
  void Heard() { last_heard_ = Clock::now(); }

  /// Looks, at most five times a second. Once broken it stays so.
  bool IsBroken();

 private:
  bool Look() const;

  int parent_;
  ProcessIdentity coordinator_;
  Clock::duration silence_limit_ = Clock::duration::max();
  Clock::time_point last_heard_ = Clock::now();
  Clock::time_point next_look_{};
  bool broken_ = false;
};

}  // namespace lrsweep
