// The interface through which the coordinator shows a running sweep.
#pragma once

#include <string>

#include "sweep/coordinator/sweep_state.h"

namespace lrsweep {

/// Each call gets the state after what happened.
class ProgressView {
 public:
  virtual ~ProgressView() = default;
  virtual void OnEpoch(const SweepState& /*state*/, const LiveTrial& /*live*/,
                       const EpochRecord& /*record*/) {}
  /// Called once the trial's results are committed.
  virtual void OnTrialEnd(const SweepState& /*state*/, const EndedTrial& /*ended*/) {}
  /// A sentence for the user, for example about a worker that cannot train.
  virtual void OnNotice(const std::string& /*sentence*/) {}
  /// A sentence about a mistake in how the sweep was started, which it survives.
  virtual void OnWarning(const std::string& /*sentence*/) {}
  /// Called several times a second.
  virtual void OnTick(const SweepState& /*state*/) {}
  /// The sweep has ended or was interrupted.
  virtual void OnFinish(const SweepState& /*state*/) {}
};

}  // namespace lrsweep
