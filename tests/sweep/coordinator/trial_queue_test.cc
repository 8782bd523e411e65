#include "sweep/coordinator/trial_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <optional>
#include <utility>

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

/// Gives `count` trials that `trial_at` makes.
class FakeSource : public TrialSource {
 public:
  FakeSource(size_t count, std::function<Trial(size_t)> trial_at)
      : count_(count), trial_at_(std::move(trial_at)) {}

  std::optional<Trial> Next() override {
    return given_ == count_ ? std::nullopt : std::optional(trial_at_(given_++));
  }
  int64_t size() const override { return static_cast<int64_t>(count_); }
  int64_t epochs_left() const override { return 0; }
  std::optional<Trial> Find(const std::string& /*trial_id*/) const override { return std::nullopt; }

  size_t given() const { return given_; }

 private:
  size_t count_;
  std::function<Trial(size_t)> trial_at_;
  size_t given_ = 0;
};

/// Trials "0" to "count - 1", all alike.
FakeSource Alike(size_t count) {
  return {count, [](size_t i) { return MakeTrial(i); }};
}

std::vector<std::string> Ids(const Pack& pack) {
  std::vector<std::string> ids;
  for (const Trial& trial : pack) ids.push_back(trial.id);
  return ids;
}

TEST(TrialQueueTest, GivesEveryTrialOnceInOrder) {
  FakeSource source = Alike(5);
  TrialQueue queue(source);
  EXPECT_TRUE(queue.HasNext());
  EXPECT_THAT(Ids(queue.Take(1, kAny)), ElementsAre("0"));
  EXPECT_THAT(Ids(queue.Take(2, kAny)), ElementsAre("1", "2"));
  EXPECT_TRUE(queue.HasNext());
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("3", "4"));
  EXPECT_FALSE(queue.HasNext());
}

TEST(TrialQueueTest, TakesATrialFromTheSourceWhenItIsNext) {
  FakeSource source = Alike(1'000'000);
  TrialQueue queue(source);
  queue.Take(1, kAny);
  queue.Take(3, kAny);
  EXPECT_EQ(source.given(), 4U);
}

TEST(TrialQueueTest, AsksTheSourceAgainAfterItHadNothing) {
  size_t granted = 0;
  class Reluctant : public FakeSource {
   public:
    explicit Reluctant(size_t& limit) : FakeSource(Alike(2)), limit_(limit) {}
    std::optional<Trial> Next() override {
      return given() < limit_ ? FakeSource::Next() : std::nullopt;
    }

   private:
    size_t& limit_;
  } source(granted);
  TrialQueue queue(source);
  EXPECT_FALSE(queue.HasNext());
  granted = 1;
  EXPECT_TRUE(queue.HasNext());
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("0"));
  granted = 2;
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("1"));
}

TEST(TrialQueueTest, PackHoldsOnlyWhatFitsTogether) {
  FakeSource source(6, [](size_t i) { return MakeTrial(i, i % 2 == 0 ? 32 : 64); });
  TrialQueue queue(source);
  EXPECT_THAT(Ids(queue.Take(2, kAny)), ElementsAre("0", "2"));
  EXPECT_THAT(Ids(queue.Take(3, kAny)), ElementsAre("1", "3", "5"));
  EXPECT_THAT(Ids(queue.Take(3, kAny)), ElementsAre("4"));
}

TEST(TrialQueueTest, ConsidersALimitedNumberOfTrialsForAPack) {
  FakeSource source(1'000'000, [](size_t i) {
    return MakeTrial(i, static_cast<int64_t>(i) + 1);  // no two alike
  });
  TrialQueue queue(source);
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("0"));
  EXPECT_LT(source.given(), 5000U);
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("1"));
}

TEST(TrialQueueTest, PackEndsWhereItsEpochsAreEnough) {
  FakeSource source = Alike(9);  // of two epochs each
  TrialQueue queue(source);
  EXPECT_THAT(Ids(queue.Take(64, 7)), ElementsAre("0", "1", "2"));
  EXPECT_THAT(Ids(queue.Take(64, 1)), ElementsAre("3")) << "a pack has at least one trial";
  EXPECT_THAT(Ids(queue.Take(64, -5)), ElementsAre("4"));
}

TEST(TrialQueueTest, TrialToBeRetriedAloneIsNextAndAlone) {
  FakeSource source = Alike(4);
  TrialQueue queue(source);
  Pack pack = queue.Take(3, kAny);
  queue.RequeueAlone(pack[0]);
  queue.RequeueAlone(pack[2]);
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("0"));
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("2"));
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("3"));
}

TEST(TrialQueueTest, TrialToBeRetriedAloneFillsNoOtherPack) {
  FakeSource source(4, [](size_t i) { return MakeTrial(i, i == 1 ? 32 : 64); });
  TrialQueue queue(source);
  Pack pack = queue.Take(2, kAny);  // 0 and 2; 1 waits
  queue.RequeueAlone(pack[1]);
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("2"));
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("1"));
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("3"));
}

TEST(TrialQueueTest, GivesOnlyWhatMayBeTaken) {
  FakeSource source = Alike(5);
  TrialQueue queue(source);
  const auto odd = [](const Trial& trial) { return trial.id == "1" || trial.id == "3"; };
  EXPECT_TRUE(queue.HasNext(odd));
  EXPECT_THAT(Ids(queue.Take(8, kAny, odd)), ElementsAre("1", "3"));
  EXPECT_FALSE(queue.HasNext(odd));
  EXPECT_TRUE(queue.HasNext());
  EXPECT_THAT(Ids(queue.Take(8, kAny)), ElementsAre("0", "2", "4"));
}

TEST(TrialQueueTest, ARemovedTrialIsNotGiven) {
  FakeSource source = Alike(4);
  TrialQueue queue(source);
  Pack pack = queue.Take(3, kAny);
  queue.Requeue(pack[1]);
  queue.Requeue(pack[0]);
  EXPECT_EQ(queue.Remove("1")->id, "1");
  EXPECT_FALSE(queue.Remove("1").has_value());
  EXPECT_THAT(Ids(queue.Take(64, kAny)), ElementsAre("0", "3"));
}

TEST(TrialQueueTest, TrialsWithMostEpochsLeftComeFirst) {
  FakeSource source(4, [](size_t i) {
    constexpr std::array<int64_t, 4> kEpochs = {2, 5, 3, 5};
    return MakeTrial(i, 64, kEpochs.at(i));
  });
  TrialQueue queue(source, {}, {}, EpochsOf);
  EXPECT_THAT(Ids(queue.Take(1, kAny)), ElementsAre("1"));
  queue.Add(MakeTrial(4, 64, 3));
  queue.Release(MakeTrial(5, 64, 3));
  queue.Requeue(MakeTrial(6, 64, 1));
  EXPECT_THAT(Ids(queue.Take(7, kAny)), ElementsAre("6", "3", "5", "2", "4", "0"));
  EXPECT_FALSE(queue.HasNext());
}

TEST(TrialQueueTest, ATrialPutBackAloneComesBehindThoseBeforeIt) {
  FakeSource source = Alike(1);
  TrialQueue queue(source, {"0"}, {}, EpochsOf);
  queue.RequeueAlone(MakeTrial(1));
  queue.RequeueAlone(MakeTrial(2));
  EXPECT_THAT(Ids(queue.Take(3, kAny)), ElementsAre("1"));
  EXPECT_THAT(Ids(queue.Take(3, kAny)), ElementsAre("2"));
  EXPECT_THAT(Ids(queue.Take(3, kAny)), ElementsAre("0"));
}

}  // namespace
}  // namespace lrsweep
