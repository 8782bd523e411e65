// What the coordinator tells the person who watches a sweep.
#pragma once

#include <string>

#include "sweep/coordinator/sweep_state.h"

namespace lrsweep {

/// Told by the coordinator what happens; each call sees the state after it.
class ProgressView {
 public:
  virtual ~ProgressView() = default;
  virtual void OnEpoch(const SweepState& /*state*/, const LiveTrial& /*live*/,
                       const EpochRecord& /*record*/) {}
  /// Its numbers are committed.
  virtual void OnTrialEnd(const SweepState& /*state*/, const EndedTrial& /*ended*/) {}
  /// A sentence for the person, such as a worker that cannot train.
  virtual void OnNotice(const std::string& /*sentence*/) {}
  /// Called several times a second.
  virtual void OnTick(const SweepState& /*state*/) {}
  /// The sweep is over or interrupted.
  virtual void OnFinish(const SweepState& /*state*/) {}
};

}  // namespace lrsweep
