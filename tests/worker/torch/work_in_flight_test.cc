#include "worker/torch/work_in_flight.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace lrsweep {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// A device whose pieces of work take a given time, and the host that gives them to it.
class FakeDevice {
 public:
  /// Gives pieces until the host has to wait; lets them take so long. Returns their number.
  int64_t WorkUntilWait(std::chrono::nanoseconds piece) {
    int64_t pieces = 1;
    while (!in_flight_.Add()) ++pieces;
    now_ += piece * pieces;
    in_flight_.Finish();
    return pieces;
  }

 private:
  WorkInFlight::Clock::time_point now_{};
  WorkInFlight in_flight_{[this] { return now_; }};
};

TEST(WorkInFlight, WaitsForTheFirstPieceAtOnce) {
  FakeDevice device;
  EXPECT_EQ(device.WorkUntilWait(milliseconds(1)), 1);
}

TEST(WorkInFlight, HasTwentyMillisecondsOfWorkOut) {
  FakeDevice device;
  device.WorkUntilWait(milliseconds(2));
  EXPECT_EQ(device.WorkUntilWait(milliseconds(2)), 10);
  EXPECT_EQ(device.WorkUntilWait(milliseconds(2)), 10);
}

TEST(WorkInFlight, HasAtMost32ShortPiecesOut) {
  FakeDevice device;
  device.WorkUntilWait(microseconds(10));
  EXPECT_EQ(device.WorkUntilWait(microseconds(10)), 32);
}

TEST(WorkInFlight, TakesPiecesThatNeedNoTime) {
  FakeDevice device;
  device.WorkUntilWait(milliseconds(0));
  EXPECT_EQ(device.WorkUntilWait(milliseconds(0)), 32);
}

TEST(WorkInFlight, WaitsForEveryPieceThatIsSlowByItself) {
  FakeDevice device;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(device.WorkUntilWait(milliseconds(21)), 1);
}

TEST(WorkInFlight, FollowsPiecesThatBecomeFasterOrSlower) {
  FakeDevice device;
  device.WorkUntilWait(milliseconds(900));  // LibTorch loads its kernels
  EXPECT_EQ(device.WorkUntilWait(milliseconds(4)), 1);
  EXPECT_EQ(device.WorkUntilWait(milliseconds(4)), 5);
  EXPECT_EQ(device.WorkUntilWait(milliseconds(10)), 5);
  EXPECT_EQ(device.WorkUntilWait(milliseconds(10)), 2);
}

}  // namespace
}  // namespace lrsweep
