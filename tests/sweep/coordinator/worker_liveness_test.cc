#include "sweep/coordinator/worker_liveness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace lrsweep {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class WorkerLivenessTest : public testing::Test {
 protected:
  /// The workers lost until then, checked every second.
  std::vector<int64_t> LostAt(int64_t second) {
    std::vector<int64_t> lost;
    while (checked_ < second) {
      for (const int64_t worker : LostAtCheckAt(++checked_)) lost.push_back(worker);
    }
    return lost;
  }
  std::vector<int64_t> LostAtCheckAt(int64_t second) {
    std::vector<int64_t> lost;
    for (const auto& loss : liveness_.FindLost(
             start_ + seconds(second), [this](int64_t worker) { return gone_.count(worker) > 0; },
             [this](int64_t worker) { return idle_.count(worker) == 0; })) {
      lost.push_back(loss.worker);
      reason_ = loss.reason;
    }
    return lost;
  }

  WorkerLiveness::TimePoint start_{};
  WorkerLiveness liveness_{{1, 2, 3}, seconds(60), start_};
  std::set<int64_t> gone_, idle_;
  std::string reason_;
  int64_t checked_ = 0;
};

TEST_F(WorkerLivenessTest, AWorkerThatReportsIsNotLost) {
  for (const int64_t worker : {1, 2, 3}) liveness_.OnContact(worker, start_ + seconds(30));
  EXPECT_THAT(LostAt(89), IsEmpty());
}

TEST_F(WorkerLivenessTest, SilenceBeyondTheLimitIsALoss) {
  liveness_.OnContact(1, start_ + seconds(30));
  EXPECT_THAT(LostAt(61), ElementsAre(2, 3));
  EXPECT_EQ(reason_, "silent for 61 s");
}

TEST_F(WorkerLivenessTest, TimeInWhichTheCoordinatorWasStoppedIsNoSilence) {
  EXPECT_THAT(LostAt(30), IsEmpty());
  EXPECT_THAT(LostAtCheckAt(1000), IsEmpty());
  checked_ = 1000;
  EXPECT_THAT(LostAt(1029), IsEmpty());
  EXPECT_THAT(LostAt(1032), ElementsAre(1, 2, 3));
}

TEST_F(WorkerLivenessTest, AMessageJustBeforeALateCheckGrantsNoMoreSilence) {
  liveness_.OnContact(1, start_ + seconds(1000));
  EXPECT_THAT(LostAtCheckAt(1000), IsEmpty());
  checked_ = 1000;
  EXPECT_THAT(LostAt(1061), ElementsAre(2, 3, 1));
}

TEST_F(WorkerLivenessTest, AnIdleWorkerMayBeSilent) {
  idle_ = {1, 2, 3};
  EXPECT_THAT(LostAt(1000), IsEmpty());
}

TEST_F(WorkerLivenessTest, AnEndedProcessIsALossAtOnceEvenWhenIdle) {
  idle_ = {2};
  gone_ = {2};
  EXPECT_THAT(LostAt(1), ElementsAre(2));
  EXPECT_THAT(reason_, HasSubstr("process is gone"));
}

TEST_F(WorkerLivenessTest, ALossIsReportedOnceAndForgotten) {
  gone_ = {2};
  EXPECT_THAT(LostAt(1), ElementsAre(2));
  EXPECT_THAT(LostAt(2), IsEmpty());
  EXPECT_FALSE(liveness_.IsWatched(2));
  liveness_.OnContact(2, start_ + seconds(3));
  EXPECT_FALSE(liveness_.IsWatched(2));
}

}  // namespace
}  // namespace lrsweep
