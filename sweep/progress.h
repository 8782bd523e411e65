// What a person sees while a sweep runs.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "sweep/sweep_state.h"

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

enum class Verbosity { kQuiet, kNormal, kVerbose };

/// A live view on a terminal, else a line per finished trial; kVerbose: a line per epoch too, which
/// is also what a sweep of one trial gets; kQuiet: nothing. Writes to `out`.
std::unique_ptr<ProgressView> MakeProgressView(Verbosity verbosity, int64_t trials, std::FILE* out);

}  // namespace lrsweep
