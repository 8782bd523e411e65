#include "sweep/coordinator/trial_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lrsweep {
namespace {

using testing::ElementsAre;

constexpr int64_t kAny = 1'000'000;

Trial MakeTrial(size_t number, int64_t batch_size = 64, int64_t epochs = 2) {
  Trial trial;
  trial.id = std::to_string(number);
  trial.params = {{"training", Map{{"batch_size", batch_size}, {"epochs", epochs}}}};
  return trial;
}

/// Trials "0" to "count - 1", all alike.
TrialQueue Alike(size_t count) {
  return TrialQueue(count, [](size_t i) { return MakeTrial(i); });
}

std::vector<std::string> Ids(const Pack& pack) {
  std::vector<std::string> ids;
  for (const Trial& trial : pack) ids.push_back(trial.id);
  return ids;
}

TEST(TrialQueueTest, GivesEveryTrialOnceInOrder) {
  TrialQueue queue = Alike(5);
  EXPECT_EQ(queue.pending(), 5U);
  EXPECT_THAT(Ids(queue.Take(1, kAny)), ElementsAre("0"));
  EXPECT_THAT(Ids(queue.Take(2, kAny)), ElementsAre("1", "2"));
  EXPECT_EQ(queue.pending(), 2U);
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("3", "4"));
  EXPECT_EQ(queue.pending(), 0U);
}

TEST(TrialQueueTest, MakesATrialWhenItsTurnComes) {
  size_t made = 0;
  TrialQueue queue(1'000'000, [&made](size_t i) {
    ++made;
    return MakeTrial(i);
  });
  EXPECT_EQ(queue.pending(), 1'000'000U);
  queue.Take(1, kAny);
  queue.Take(3, kAny);
  EXPECT_EQ(made, 4U);
}

TEST(TrialQueueTest, PackHoldsOnlyWhatFitsTogether) {
  TrialQueue queue(6, [](size_t i) { return MakeTrial(i, i % 2 == 0 ? 32 : 64); });
  EXPECT_THAT(Ids(queue.Take(2, kAny)), ElementsAre("0", "2"));
  EXPECT_THAT(Ids(queue.Take(3, kAny)), ElementsAre("1", "3", "5"));
  EXPECT_THAT(Ids(queue.Take(3, kAny)), ElementsAre("4"));
}

TEST(TrialQueueTest, LooksAheadOnlySoFar) {
  size_t made = 0;
  TrialQueue queue(1'000'000, [&made](size_t i) {
    ++made;
    return MakeTrial(i, static_cast<int64_t>(i) + 1);  // no two alike
  });
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("0"));
  EXPECT_LT(made, 5000U);
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("1"));
  EXPECT_EQ(queue.pending(), 999'998U);
}

TEST(TrialQueueTest, PackEndsWhereItsEpochsAreEnough) {
  TrialQueue queue = Alike(9);  // of two epochs each
  EXPECT_THAT(Ids(queue.Take(64, 7)), ElementsAre("0", "1", "2"));
  EXPECT_THAT(Ids(queue.Take(64, 1)), ElementsAre("3")) << "one trial there always is";
  EXPECT_THAT(Ids(queue.Take(64, -5)), ElementsAre("4"));
}

TEST(TrialQueueTest, TrialToBeTriedAloneIsNextAndAlone) {
  TrialQueue queue = Alike(4);
  Pack pack = queue.Take(3, kAny);
  queue.TryAlone(pack[0]);
  queue.TryAlone(pack[2]);
  EXPECT_EQ(queue.pending(), 3U);
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("0"));
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("2"));
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("3"));
}

TEST(TrialQueueTest, TrialToBeTriedAloneFillsNoOthersPack) {
  TrialQueue queue(4, [](size_t i) { return MakeTrial(i, i == 1 ? 32 : 64); });
  Pack pack = queue.Take(2, kAny);  // 0 and 2; 1 waits
  queue.TryAlone(pack[1]);
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("2"));
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("1"));
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("3"));
}

}  // namespace
}  // namespace lrsweep
