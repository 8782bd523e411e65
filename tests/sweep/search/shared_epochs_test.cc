#include "sweep/search/shared_epochs.h"

#include <gtest/gtest.h>

#include "sweep/search/prefix.h"

namespace lrsweep {
namespace {

constexpr int64_t kImages = 640;  // 10 steps an epoch

SearchSpace Space(const std::string& training, const std::string& schedulers) {
  return SearchSpace(ParseSweepConfig("name: t\ntraining: " + training +
                                          "\noptimizer: {lr: 1.0, momentum: 0.9}\nscheduler:\n" +
                                          schedulers,
                                      "s.yaml"));
}

TEST(SharedEpochsTest, StepsShareTheEpochsBeforeTheFirstOfThem) {
  // Rates 1 1 .1 .1, 1 1 1 .1, 1 1 1 1: 2 + 2 + 2 + 1 different epochs.
  const auto shared = CountSharedEpochs(
      Space("{epochs: 4}", "  - {type: StepLR, step_size: {grid: [2, 3, 9]}, gamma: 0.1}\n"),
      kImages);
  EXPECT_EQ(shared->all.epochs, 12);
  EXPECT_EQ(shared->all.to_train, 7);
  EXPECT_FALSE(shared->is_most);
}

TEST(SharedEpochsTest, SeedsAndOtherParametersShareNothing) {
  const auto shared =
      CountSharedEpochs(Space("{epochs: 4, seed: {grid: [0, 1]}, batch_size: {grid: [32, 64]}}",
                              "  - {type: StepLR, step_size: 9}\n"),
                        kImages);
  EXPECT_EQ(shared->all.epochs, 16);
  EXPECT_EQ(shared->all.to_train, 16);
}

TEST(SharedEpochsTest, EntriesAndLengthsShareATrunk) {
  const auto shared =
      CountSharedEpochs(Space("{epochs: {grid: [3, 6]}}",
                              "  - {type: WSD, num_warmup_steps: 0, num_decay_steps: 1}\n"
                              "  - {type: StepLR, step_size: 9}\n"),
                        kImages);
  ASSERT_EQ(shared->by_entry.size(), 2U);
  EXPECT_EQ(shared->by_entry[0].scheduler, "WSD");
  EXPECT_EQ(shared->by_entry[0].epochs, 9);
  EXPECT_EQ(shared->by_entry[1].to_train, 6);  // the shorter one is the start of the longer one
  EXPECT_LT(shared->all.to_train, shared->by_entry[0].to_train + shared->by_entry[1].to_train);
}

TEST(SharedEpochsTest, OfAScheduleThatFollowsAMetricTheFirstEpochIsKnown) {
  const auto shared = CountSharedEpochs(
      Space("{epochs: 4}", "  - {type: ReduceLROnPlateau, patience: {grid: [0, 1]}}\n"), kImages);
  EXPECT_EQ(shared->all.to_train, 7);
  EXPECT_TRUE(shared->is_most);
}

TEST(SharedEpochsTest, ThirtyMillionStepsOfDifferentSchedulesAreCountedAndNoMore) {
  // Of 640 steps an epoch: schedules of 10 million steps, each with two seeds.
  const auto counted = [](const std::string& sizes) {
    return CountSharedEpochs(
        Space("{epochs: 15625, batch_size: 1, seed: {grid: [0, 1]}}",
              "  - {type: StepLR, step_size: {grid: " + sizes + "}, gamma: 0.1}\n"),
        kImages);
  };
  const auto shared = counted("[4000, 6000, 9000]");
  ASSERT_TRUE(shared);
  EXPECT_EQ(shared->all.epochs, 6 * 15'625);
  EXPECT_EQ(shared->all.to_train, 2 * (15'625 + (15'625 - 4'000) + (15'625 - 6'000)));
  EXPECT_FALSE(counted("[4000, 6000, 8000, 9000]"));
}

TEST(TrialRatesTest, ARateThatIsConstantIsEqualHoweverTheScheduleCounts) {
  const SearchSpace space =
      Space("{epochs: 4}",
            "  - {type: StepLR, step_size: 2, gamma: 0.5}\n"
            "  - {type: StepLR, step_size: 20, gamma: 0.5, interval: step}\n"
            "  - {type: StepLR, step_size: 19, gamma: 0.5, interval: step}\n");
  const TrialRates by_epoch(space.At(0), kImages), by_step(space.At(1), kImages),
      earlier(space.At(2), kImages);
  for (int64_t epoch = 1; epoch <= 4; ++epoch) {
    EXPECT_TRUE(by_epoch.AreEqual(by_step, epoch)) << epoch;
    EXPECT_EQ(by_epoch.HashOf(epoch), by_step.HashOf(epoch)) << epoch;
    // Its steps are at 19 and 38, in the second and the fourth epoch.
    EXPECT_EQ(by_epoch.AreEqual(earlier, epoch), epoch % 2 == 1) << epoch;
    EXPECT_EQ(by_epoch.HashOf(epoch) == earlier.HashOf(epoch), epoch % 2 == 1) << epoch;
  }
}

TEST(PrefixKeyTest, NamesWhatTouchesTheArithmeticButRatesAndLength) {
  const SearchSpace space = Space(
      "{epochs: {grid: [2, 3]}}",
      "  - {type: StepLR, step_size: 9}\n  - {type: OneCycleLR, max_lr: 0.1, total_steps: run}\n");
  for (size_t i = 1; i < space.size(); ++i) {
    EXPECT_EQ(PrefixKey(space.At(0), {}), PrefixKey(space.At(i), {})) << i;
  }
}

}  // namespace
}  // namespace lrsweep
