#include "sweep/coordinator/worker_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace lrsweep {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class WorkerWatchTest : public testing::Test {
 protected:
  /// Who is lost until then, looked for every second.
  std::vector<int64_t> LostAt(int64_t second) {
    std::vector<int64_t> lost;
    while (looked_ < second) {
      for (const int64_t worker : LostAtLookAt(++looked_)) lost.push_back(worker);
    }
    return lost;
  }
  std::vector<int64_t> LostAtLookAt(int64_t second) {
    std::vector<int64_t> lost;
    for (const auto& loss : watch_.Look(
             start_ + seconds(second), [this](int64_t worker) { return gone_.count(worker) > 0; },
             [this](int64_t worker) { return idle_.count(worker) == 0; })) {
      lost.push_back(loss.worker);
      reason_ = loss.reason;
    }
    return lost;
  }

  WorkerWatch::TimePoint start_{};
  WorkerWatch watch_{{1, 2, 3}, seconds(60), start_};
  std::set<int64_t> gone_, idle_;
  std::string reason_;
  int64_t looked_ = 0;
};

TEST_F(WorkerWatchTest, WhoSpeaksIsNotLost) {
  for (const int64_t worker : {1, 2, 3}) watch_.Heard(worker, start_ + seconds(30));
  EXPECT_THAT(LostAt(89), IsEmpty());
}

TEST_F(WorkerWatchTest, SilenceBeyondTheLimitIsALoss) {
  watch_.Heard(1, start_ + seconds(30));
  EXPECT_THAT(LostAt(61), ElementsAre(2, 3));
  EXPECT_EQ(reason_, "silent for 61 s");
}

TEST_F(WorkerWatchTest, WhenTheCoordinatorItselfStoodStillNobodyWasSilent) {
  EXPECT_THAT(LostAt(30), IsEmpty());
  EXPECT_THAT(LostAtLookAt(1000), IsEmpty());
  looked_ = 1000;
  EXPECT_THAT(LostAt(1029), IsEmpty());
  EXPECT_THAT(LostAt(1032), ElementsAre(1, 2, 3));
}

TEST_F(WorkerWatchTest, WhoSpokeJustBeforeALateLookMayBeSilentNoLongerThanOthers) {
  watch_.Heard(1, start_ + seconds(1000));
  EXPECT_THAT(LostAtLookAt(1000), IsEmpty());
  looked_ = 1000;
  EXPECT_THAT(LostAt(1061), ElementsAre(2, 3, 1));
}

TEST_F(WorkerWatchTest, AnIdleWorkerMayBeSilent) {
  idle_ = {1, 2, 3};
  EXPECT_THAT(LostAt(1000), IsEmpty());
}

TEST_F(WorkerWatchTest, AnEndedProcessIsALossAtOnceIdleOrNot) {
  idle_ = {2};
  gone_ = {2};
  EXPECT_THAT(LostAt(1), ElementsAre(2));
  EXPECT_THAT(reason_, HasSubstr("process is gone"));
}

TEST_F(WorkerWatchTest, ALossIsToldOnceAndForgotten) {
  gone_ = {2};
  EXPECT_THAT(LostAt(1), ElementsAre(2));
  EXPECT_THAT(LostAt(2), IsEmpty());
  EXPECT_FALSE(watch_.Watches(2));
  watch_.Heard(2, start_ + seconds(3));
  EXPECT_FALSE(watch_.Watches(2));
}

}  // namespace
}  // namespace lrsweep
