// Detects that this rank's parent (mpirun's daemon) or the coordinator has died.
#pragma once

#include <chrono>

#include "sweep/process/process_identity.h"

namespace lrsweep {

/// Watches the processes that a rank depends on: its parent and, for a worker, the coordinator.
/// Without this, a rank would wait for a dead one for ever. Not thread-safe.
class Lifeline {
 public:
  using Clock = std::chrono::steady_clock;

  /// Starts to watch the parent. Construct it early: it cannot detect that an earlier parent died
  /// before.
  Lifeline();

  /// Starts to watch the coordinator. It counts as dead if it is known to be gone (IsGone), or if
  /// it has sent nothing for `silence_limit`.
  void WatchCoordinator(const ProcessIdentity& coordinator, Clock::duration silence_limit);
  /// Call this for every message from the coordinator.
  void NoteMessage() { last_message_ = Clock::now(); }

  /// Whether a watched process has died; stays true. Cheap: checks at most five times a second.
  bool IsBroken();

 private:
  bool HasLostOne() const;

  int parent_;
  ProcessIdentity coordinator_;
  Clock::duration silence_limit_ = Clock::duration::max();
  Clock::time_point last_message_ = Clock::now();
  Clock::time_point next_check_{};
  bool broken_ = false;
};

}  // namespace lrsweep
