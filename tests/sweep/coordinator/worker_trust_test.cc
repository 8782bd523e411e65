#include "sweep/coordinator/worker_trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lrsweep {
namespace {

using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

/// Four workers, 1 to 4.
class WorkerTrustTest : public testing::Test {
 protected:
  bool IsTrialsFault(const std::string& trial_id, int64_t worker) {
    return trust_.IsTrialsFault(trial_id, worker, "it broke", now_);
  }
  void FailThree(int64_t worker) {
    for (const char* trial : {"a", "b", "c"}) EXPECT_FALSE(IsTrialsFault(trial, worker));
  }
  void EveryoneTrains() {
    for (int64_t worker = 1; worker <= 4; ++worker) {
      trust_.OnEpoch("good " + std::to_string(worker), worker);
    }
  }

  WorkerTrust trust_{{1, 2, 3, 4}};
  WorkerTrust::TimePoint now_{};
};

TEST_F(WorkerTrustTest, ATrialThatFailsOnTwoTrustedWorkersIsAtFault) {
  EveryoneTrains();
  EXPECT_FALSE(IsTrialsFault("a", 1));
  EXPECT_FALSE(trust_.MayTrain("a", 1));
  EXPECT_TRUE(trust_.MayTrain("a", 2));
  EXPECT_TRUE(IsTrialsFault("a", 2));
  EXPECT_THAT(trust_.TakeExclusions(), IsEmpty());
}

TEST_F(WorkerTrustTest, AWorkerThatFailsThreeTrialsOfWhichAnotherTrainsOneIsExcluded) {
  EveryoneTrains();
  FailThree(1);
  EXPECT_THAT(trust_.TakeExclusions(), IsEmpty()) << "the trials may be at fault";
  trust_.OnEpoch("b", 3);
  const auto excluded = trust_.TakeExclusions();
  ASSERT_THAT(excluded, SizeIs(1));
  EXPECT_EQ(excluded[0].worker, 1);
  EXPECT_EQ(excluded[0].failures, 3);
  EXPECT_EQ(excluded[0].error, "it broke");
  EXPECT_THAT(trust_.TakeExclusions(), IsEmpty());
  EXPECT_EQ(trust_.able(), 3);
}

TEST_F(WorkerTrustTest, ItIsExcludedAtItsThirdFailureIfTheFirstWasItsFault) {
  EXPECT_FALSE(IsTrialsFault("a", 1));
  trust_.OnEpoch("a", 2);
  EXPECT_FALSE(IsTrialsFault("b", 1));
  EXPECT_THAT(trust_.TakeExclusions(), IsEmpty());
  EXPECT_FALSE(IsTrialsFault("c", 1));
  EXPECT_THAT(trust_.TakeExclusions(), SizeIs(1));
}

TEST_F(WorkerTrustTest, AnEpochEndsTheRow) {
  FailThree(1);
  trust_.OnEpoch("good", 1);
  trust_.OnEpoch("a", 2);
  trust_.OnEpoch("b", 2);
  EXPECT_FALSE(IsTrialsFault("d", 1));
  EXPECT_THAT(trust_.TakeExclusions(), IsEmpty());
}

TEST_F(WorkerTrustTest, TrialsThatFailEverywhereExcludeNoWorker) {
  EveryoneTrains();
  FailThree(1);
  for (const char* trial : {"a", "b", "c"}) {
    EXPECT_TRUE(IsTrialsFault(trial, 2));
    trust_.OnEpoch("good", 2);
  }
  trust_.OnEpoch("d", 2);
  EXPECT_THAT(trust_.TakeExclusions(), IsEmpty());
  EXPECT_FALSE(trust_.IsResting(1, now_));
}

TEST_F(WorkerTrustTest, AfterThreeFailuresAWorkerRestsTenSeconds) {
  EXPECT_FALSE(IsTrialsFault("a", 1));
  EXPECT_FALSE(IsTrialsFault("b", 1));
  EXPECT_FALSE(trust_.IsResting(1, now_));
  EXPECT_FALSE(IsTrialsFault("c", 1));
  EXPECT_TRUE(trust_.IsResting(1, now_ + seconds(9)));
  EXPECT_FALSE(trust_.IsResting(1, now_ + seconds(10)));
  EXPECT_FALSE(trust_.IsResting(2, now_));
}

TEST_F(WorkerTrustTest, BrokenWorkersDoNotConfirmEachOthersFailures) {
  trust_.OnEpoch("good", 4);  // 1 to 3 are broken from the start
  EXPECT_FALSE(IsTrialsFault("a", 1));
  EXPECT_FALSE(IsTrialsFault("a", 2)) << "it has trained nothing yet";
  EXPECT_FALSE(IsTrialsFault("b", 3));
  EXPECT_FALSE(trust_.MayTrain("a", 3)) << "4 is not in doubt";
  EXPECT_TRUE(trust_.MayTrain("a", 4));
}

TEST_F(WorkerTrustTest, BrokenWorkersDoNotOutvoteOneThatTrainedAndHasFailedOnce) {
  trust_.Remove(4);
  trust_.OnEpoch("good", 3);  // 1 and 2 are broken from the start
  EXPECT_FALSE(IsTrialsFault("bad", 3));
  EXPECT_FALSE(IsTrialsFault("z", 2));
  EXPECT_FALSE(IsTrialsFault("a", 1));
  EXPECT_FALSE(trust_.MayTrain("a", 2));
  EXPECT_TRUE(trust_.MayTrain("a", 3));
  EXPECT_FALSE(IsTrialsFault("a", 2)) << "it had it already";
}

TEST_F(WorkerTrustTest, AFailureThatIsTheTrialsOwnRaisesNoDoubt) {
  EveryoneTrains();
  EXPECT_FALSE(IsTrialsFault("a", 1));
  EXPECT_TRUE(IsTrialsFault("a", 2));
  EXPECT_FALSE(IsTrialsFault("b", 3));
  EXPECT_TRUE(IsTrialsFault("b", 2));
}

TEST_F(WorkerTrustTest, TheOtherOpinionComesFromAnotherHost) {
  for (const int64_t worker : {1, 2, 3}) trust_.OnReady(worker, "a");
  trust_.OnReady(4, "b");
  EveryoneTrains();
  EXPECT_FALSE(IsTrialsFault("t", 1));
  EXPECT_FALSE(trust_.MayTrain("t", 2)) << "what broke worker 1 may have broken its host";
  EXPECT_TRUE(trust_.MayTrain("t", 4));
  EXPECT_FALSE(IsTrialsFault("t", 2)) << "it had it already";
  EXPECT_TRUE(IsTrialsFault("t", 4));
  trust_.Remove(4);
  EXPECT_FALSE(IsTrialsFault("u", 1));
  EXPECT_TRUE(trust_.MayTrain("u", 3)) << "there is no other host";
}

TEST_F(WorkerTrustTest, WhereAllAreInDoubtTwoOfThemDecide) {
  for (int64_t worker = 1; worker <= 4; ++worker) {
    EXPECT_FALSE(IsTrialsFault("trial " + std::to_string(worker), worker));
  }
  EXPECT_TRUE(trust_.MayTrain("trial 1", 2));
  EXPECT_TRUE(IsTrialsFault("trial 1", 2));
  EXPECT_TRUE(IsTrialsFault("trial 2", 1));
}

TEST_F(WorkerTrustTest, ALoneWorkerIsNotBlamed) {
  for (const int64_t worker : {2, 3, 4}) trust_.Remove(worker);
  for (const char* trial : {"a", "b", "c", "d"}) EXPECT_TRUE(IsTrialsFault(trial, 1));
  EXPECT_FALSE(trust_.IsResting(1, now_));
}

TEST_F(WorkerTrustTest, TheLastWorkerIsExcludedAfterThreeFailuresIfOthersHaveTrained) {
  trust_.OnEpoch("good", 2);
  for (const int64_t worker : {2, 3, 4}) trust_.Remove(worker);
  EXPECT_TRUE(IsTrialsFault("a", 1));
  EXPECT_TRUE(IsTrialsFault("b", 1));
  EXPECT_FALSE(IsTrialsFault("c", 1)) << "it stays pending";
  EXPECT_THAT(trust_.TakeExclusions(), SizeIs(1));
  EXPECT_EQ(trust_.able(), 0);
}

TEST_F(WorkerTrustTest, AWorkerThatFailedThreeIsExcludedWhenItBecomesTheLast) {
  trust_.OnEpoch("good", 2);
  FailThree(1);
  trust_.Remove(3);
  trust_.Remove(4);
  EXPECT_THAT(trust_.TakeExclusions(), IsEmpty());
  trust_.Remove(2);
  EXPECT_THAT(trust_.TakeExclusions(), SizeIs(1));
}

TEST_F(WorkerTrustTest, WhereNoOtherWorkerIsLeftTheSameOneTriesAgain) {
  EXPECT_FALSE(IsTrialsFault("a", 1));
  for (const int64_t worker : {2, 3, 4}) trust_.Remove(worker);
  EXPECT_TRUE(trust_.MayTrain("a", 1));
  EXPECT_TRUE(IsTrialsFault("a", 1));
}

TEST_F(WorkerTrustTest, ATrialThatEndsOtherwiseCountsNoMore) {
  FailThree(1);
  trust_.OnEnd("a");
  EXPECT_FALSE(trust_.IsResting(1, now_));
  EXPECT_TRUE(trust_.MayTrain("a", 1));
}

}  // namespace
}  // namespace lrsweep
