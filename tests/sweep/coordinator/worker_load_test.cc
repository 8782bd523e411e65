#include "sweep/coordinator/worker_load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lrsweep {
namespace {

using std::chrono::milliseconds;

constexpr int64_t kPlenty = 1'000'000;  // a fair share when much is left

Pack PackOf(const std::vector<std::string>& ids, int64_t epochs) {
  Pack pack;
  for (const std::string& id : ids) {
    pack.push_back({});
    pack.back().id = id;
    pack.back().params = {{"training", Map{{"epochs", epochs}}}};
  }
  return pack;
}

class WorkerLoadTest : public testing::Test {
 protected:
  void Begin(const Pack& pack) {
    load_.HandOut(pack);
    load_.BeginNext(now_);
  }
  /// A completed trial of `epochs` epochs of which each takes `milliseconds`.
  void TrainOne(int64_t epochs, int64_t epoch_ms) {
    Begin(PackOf({"done"}, epochs));
    now_ += milliseconds(epochs * epoch_ms);
    for (int64_t epoch = 1; epoch <= epochs; ++epoch) load_.OnEpoch("done", epoch);
    load_.OnEnd("done", true, now_);
  }

  WorkerLoad load_{WorkerInfo{}};
  WorkerLoad::TimePoint now_{};
};

TEST_F(WorkerLoadTest, IdleWorkerAcceptsAPackHoweverLittleIsLeft) {
  EXPECT_TRUE(load_.is_idle());
  EXPECT_TRUE(load_.CanAccept(0));
}

TEST_F(WorkerLoadTest, GetsItsNextPackInTheLastEpoch) {
  Begin(PackOf({"a"}, 3));
  EXPECT_FALSE(load_.CanAccept(kPlenty));
  load_.OnEpoch("a", 1);
  EXPECT_FALSE(load_.CanAccept(kPlenty));
  load_.OnEpoch("a", 2);
  EXPECT_TRUE(load_.CanAccept(kPlenty));
  load_.HandOut(PackOf({"b"}, 3));
  EXPECT_FALSE(load_.CanAccept(kPlenty)) << "one prefetched pack is enough";
  EXPECT_EQ(load_.prefetched(), 1U);
}

TEST_F(WorkerLoadTest, PackIsInItsLastEpochWhenItsLongestTrialIs) {
  Pack pack = PackOf({"a"}, 1);
  pack.push_back(PackOf({"b"}, 2).front());
  Begin(pack);
  EXPECT_FALSE(load_.CanAccept(kPlenty));
  load_.OnEpoch("a", 1);
  EXPECT_FALSE(load_.OnEnd("a", true, now_)) << "b is still in training";
  load_.OnEpoch("b", 1);
  EXPECT_TRUE(load_.CanAccept(kPlenty));
  load_.OnEpoch("b", 2);
  EXPECT_TRUE(load_.OnEnd("b", true, now_));
  EXPECT_TRUE(load_.is_idle());
}

TEST_F(WorkerLoadTest, EpochsThatAProgramLeavesOutCountAsDone) {
  Begin(PackOf({"a"}, 12));
  load_.OnResume("a", 2);
  EXPECT_EQ(load_.work(), 10);
  load_.OnEpoch("a", 5);
  EXPECT_EQ(load_.work(), 7);
  EXPECT_FALSE(load_.CanAccept(kPlenty));
  load_.OnEpoch("a", 11);
  EXPECT_EQ(load_.work(), 1);
  EXPECT_TRUE(load_.CanAccept(kPlenty));
  load_.OnEnd("a", true, now_);
  EXPECT_EQ(load_.work(), 0);
}

TEST_F(WorkerLoadTest, TrialThatEndsEarlyLeavesLessWork) {
  Begin(PackOf({"a", "b"}, 9));
  EXPECT_EQ(load_.work(), 18);
  load_.OnEpoch("a", 1);
  load_.OnEnd("a", false, now_);
  EXPECT_EQ(load_.work(), 9);
  load_.OnEnd("b", false, now_);
  EXPECT_EQ(load_.work(), 0);
  EXPECT_TRUE(load_.CanAccept(0));
}

TEST_F(WorkerLoadTest, PrefetchesNothingWhereOthersWouldHaveTooLittle) {
  Begin(PackOf({"a"}, 1));
  EXPECT_TRUE(load_.CanAccept(3));
  EXPECT_FALSE(load_.CanAccept(2)) << "it holds half of its share already";
}

TEST_F(WorkerLoadTest, HoldsAsManyShortTrialsAsBridgeTwentyMilliseconds) {
  TrainOne(2, 1);  // trials of 2 ms
  Begin(PackOf({"a"}, 2));
  int64_t prefetched = 0;
  while (load_.CanAccept(kPlenty)) {
    load_.HandOut(PackOf({std::to_string(prefetched++)}, 2));
  }
  EXPECT_EQ(prefetched, 9);  // with the one in training, 10 of 2 ms
}

TEST_F(WorkerLoadTest, TrialThatFailedSaysNothingOfHowLongOthersTake) {
  Begin(PackOf({"a"}, 100));
  load_.OnEnd("a", false, now_);
  Begin(PackOf({"b"}, 100));
  EXPECT_FALSE(load_.CanAccept(kPlenty));
}

TEST_F(WorkerLoadTest, LongTrialsAreNotHoardedAfterShortOnes) {
  TrainOne(1, 1);
  TrainOne(1, 1000);
  TrainOne(1, 1000);
  Begin(PackOf({"a"}, 1));
  load_.HandOut(PackOf({"b"}, 1));
  EXPECT_FALSE(load_.CanAccept(kPlenty));
}

TEST_F(WorkerLoadTest, PacksBeginInTheOrderInWhichTheyWereHandedOut) {
  load_.HandOut(PackOf({"a", "b"}, 1));
  load_.HandOut(PackOf({"c"}, 1));
  EXPECT_EQ(load_.BeginNext(now_).size(), 2U);
  load_.OnEnd("a", true, now_);
  load_.OnEnd("b", true, now_);
  EXPECT_EQ(load_.BeginNext(now_).at(0).id, "c");
  EXPECT_EQ(load_.prefetched(), 0U);
  EXPECT_FALSE(load_.is_idle());
}

}  // namespace
}  // namespace lrsweep
