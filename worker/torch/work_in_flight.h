// Bounds the work that a device has been given and has not finished.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

namespace lrsweep {

/// Tells the host when to wait for the device: when about 20 ms of work are out, or 32 pieces of it
/// (steps, chunks of images). A progress report has to wait for all of that work. The time of a
/// piece is measured from one wait to the next, so the first piece of all is waited for at once,
/// and pieces that are slow by themselves are waited for one by one.
class WorkInFlight {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kMostTime{20};
  static constexpr int64_t kMostPieces = 32;

  explicit WorkInFlight(std::function<Clock::time_point()> now = Clock::now)
      : now_(std::move(now)), since_(now_()) {}

  /// Counts a piece that the device has just been given. Returns whether to wait for it now.
  bool Add() { return ++pieces_ >= most_; }

  /// To be called after the wait, when the device has finished every piece.
  void Finish() {
    const Clock::time_point now = now_();
    const Clock::duration piece = (now - since_) / std::max<int64_t>(pieces_, 1);
    most_ = kMostPieces;
    if (piece * kMostPieces > kMostTime) most_ = std::max<int64_t>(kMostTime / piece, 1);
    since_ = now;
    pieces_ = 0;
  }

 private:
  std::function<Clock::time_point()> now_;
  Clock::time_point since_;  // of the last wait
  int64_t pieces_ = 0;       // given since then
  int64_t most_ = 1;         // pieces in flight
};

}  // namespace lrsweep
