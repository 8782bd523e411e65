// Why and when a program is stopped. Pure, since the time is given; not thread-safe.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>

namespace lrsweep {

/// Why a program is being stopped.
enum class Stopping {
  kNo,
  kHold,         // it can resume later
  kEnd,          // by a rule
  kDiverged,     // the trial is over
  kTimedOut,     // the attempt has taken too long: the trial fails
  kFailed,       // it broke a rule: the trial fails
  kInterrupted,  // the pack is stopped: the trial's end is not reported
};

/// SIGTERM at a time that may be put off or brought forward, and SIGKILL a grace period later.
class StopPlan {
 public:
  using Clock = std::chrono::steady_clock;

  explicit StopPlan(Clock::duration grace) : grace_(grace) {}

  Stopping why() const { return why_; }
  Clock::duration grace() const { return grace_; }

  /// Stops the program; SIGTERM is due at `terminate_at`, unless it was sent before.
  void Begin(Stopping why, Clock::time_point terminate_at) {
    why_ = why;
    TerminateAt(terminate_at);
  }
  /// Moves SIGTERM, unless it was sent before.
  void TerminateAt(Clock::time_point time) { terminate_at_ = time; }

  /// The signal that is due: SIGTERM once, SIGKILL again and again; 0 for none.
  int DueSignal(Clock::time_point now) {
    if (kill_at_) return now >= *kill_at_ ? SIGKILL : 0;
    if (!terminate_at_ || now < *terminate_at_) return 0;
    kill_at_ = now + grace_;
    return SIGTERM;
  }

 private:
  Clock::duration grace_;
  Stopping why_ = Stopping::kNo;
  std::optional<Clock::time_point> terminate_at_, kill_at_;
};

}  // namespace lrsweep
