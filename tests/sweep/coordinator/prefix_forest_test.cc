#include "sweep/coordinator/prefix_forest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/search/search_space.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kImages = 10;  // a step an epoch

/// Trials are named by their number in the space.
class PrefixForestTest : public testing::Test {
 protected:
  static PrefixForest::Records Records(std::map<std::string, int64_t>& done,
                                       std::map<std::string, std::vector<Metrics>>& metrics) {
    return {.epochs_done = [&done](const Trial& trial) { return done[trial.id]; },
            .metrics =
                [&metrics](const Trial& trial, int64_t epochs) {
                  std::vector<Metrics> of = metrics[trial.id];
                  of.resize(static_cast<size_t>(epochs));
                  return of;
                }};
  }

  /// The trials of the scheduler entries, of `epochs` epochs.
  std::vector<Sharer> Trials(const std::string& schedulers, const std::string& epochs = "6") const {
    const SearchSpace space(ParseSweepConfig("name: t\ntraining: {epochs: " + epochs +
                                                 "}\noptimizer: {lr: 1.0}\nscheduler:\n" +
                                                 schedulers,
                                             "s.yaml"));
    std::vector<Sharer> sharers;
    for (size_t i = 0; i < space.size(); ++i) {
      Trial trial = space.At(i);
      trial.id = std::to_string(i);
      sharers.push_back(forest_.MakeSharer(std::move(trial)));
    }
    return sharers;
  }

  static std::vector<std::string> Ids(const std::vector<Trial>& trials) {
    std::vector<std::string> ids;
    for (const Trial& trial : trials) ids.push_back(trial.id);
    return ids;
  }
  static std::vector<std::string> Ids(const std::vector<Sharer>& sharers) {
    std::vector<std::string> ids;
    for (const Sharer& sharer : sharers) ids.push_back(sharer.trial.id);
    return ids;
  }

  std::map<std::string, int64_t> done_;
  std::map<std::string, std::vector<Metrics>> metrics_;
  PrefixForest forest_{kImages, Records(done_, metrics_)};
};

TEST_F(PrefixForestTest, StepsAtDifferentEpochsPartWhereTheFirstStepIs) {
  // Rates 1 1 .1 .1, 1 1 1 .1, constant: the first one is the trunk.
  auto trials = Trials("  - {type: StepLR, step_size: {grid: [2, 3, 6]}, gamma: 0.1}\n");
  EXPECT_THAT(Ids(forest_.Add(std::move(trials), 0)), ElementsAre("0"));
  EXPECT_THAT(forest_.BranchEpochs("0"), ElementsAre(2));
  EXPECT_THAT(Ids(forest_.TakeParting("0", 1)), IsEmpty());
  auto parting = forest_.TakeParting("0", 2);
  EXPECT_THAT(Ids(parting), ElementsAre("1", "2"));
  EXPECT_FALSE(forest_.HasFollowers("0"));
  // Those two share one more epoch.
  EXPECT_THAT(Ids(forest_.Add(std::move(parting), 2)), ElementsAre("1"));
  EXPECT_THAT(forest_.BranchEpochs("1"), ElementsAre(3));
  EXPECT_THAT(Ids(forest_.TakeParting("1", 3)), ElementsAre("2"));
}

TEST_F(PrefixForestTest, TrialsWithoutACommonEpochAreAllTrained) {
  auto trials = Trials("  - {type: ConstantLR, factor: {grid: [0.5, 0.25]}, total_iters: 9}\n");
  EXPECT_THAT(Ids(forest_.Add(std::move(trials), 0)), ElementsAre("0", "1"));
  EXPECT_FALSE(forest_.HasFollowers("0"));
}

TEST_F(PrefixForestTest, TheLongestTrialIsTheTrunkAndShorterOnesAreFinishedByIt) {
  auto trials = Trials("  - {type: StepLR, step_size: 9}\n", "{grid: [2, 5, 3]}");
  EXPECT_THAT(Ids(forest_.Add(std::move(trials), 0)), ElementsAre("1"));
  EXPECT_THAT(forest_.BranchEpochs("1"), IsEmpty()) << "they end there";
  EXPECT_THAT(Ids(forest_.TakeFinished("1", 2)), ElementsAre("0"));
  EXPECT_THAT(Ids(forest_.TakeFinished("1", 3)), ElementsAre("2"));
}

TEST_F(PrefixForestTest, ATrialThatIsAnotherToItsEndNeedsNoState) {
  auto trials = Trials("  - {type: MultiStepLR, milestones: {grid: [[8], [9]]}}\n");
  EXPECT_THAT(Ids(forest_.Add(std::move(trials), 0)), ElementsAre("0"));
  EXPECT_THAT(forest_.BranchEpochs("0"), IsEmpty());
  EXPECT_THAT(Ids(forest_.TakeFinished("0", 6)), ElementsAre("1"));
}

TEST_F(PrefixForestTest, SchedulesThatFollowAMetricPartWhenTheirRatesDo) {
  auto trials = Trials(
      "  - {type: ReduceLROnPlateau, metric: val_loss, patience: {grid: [0, 1]}}\n"
      "  - {type: StepLR, step_size: 9}\n");
  EXPECT_THAT(Ids(forest_.Add(std::move(trials), 0)), ElementsAre("0"));
  EXPECT_THAT(forest_.BranchEpochs("0"), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(Ids(forest_.Resume("0", {})), IsEmpty());
  forest_.OnEpoch("0", 1, {{kValLoss, 0.5}});
  EXPECT_THAT(Ids(forest_.TakeParting("0", 1)), IsEmpty());
  forest_.OnEpoch("0", 2, {{kValLoss, 0.5}});  // no better: the first one reduces its rate
  auto parting = forest_.TakeParting("0", 2);
  EXPECT_THAT(Ids(parting), ElementsAre("1", "2"));
  EXPECT_THAT(Ids(forest_.Add(std::move(parting), 2)), ElementsAre("1"));
  EXPECT_THAT(Ids(forest_.Resume("1", {{{kValLoss, 0.5}}, {{kValLoss, 0.5}}})), IsEmpty());
  forest_.OnEpoch("1", 3, {{kValLoss, 0.5}});
  EXPECT_THAT(Ids(forest_.TakeParting("1", 3)), ElementsAre("2"));
}

TEST_F(PrefixForestTest, ATrunkThatHasToRepeatEpochsHearsItsMetricAnew) {
  auto trials =
      Trials("  - {type: ReduceLROnPlateau, metric: val_loss, patience: {grid: [0, 1]}}\n");
  forest_.Add(std::move(trials), 0);
  forest_.Resume("0", {});
  forest_.OnEpoch("0", 1, {{kValLoss, 0.5}});
  forest_.OnEpoch("0", 2, {{kValLoss, 0.5}});  // its worker is lost before it sends the state
  forest_.Resume("0", {{{kValLoss, 0.5}}});
  EXPECT_THAT(Ids(forest_.TakeParting("0", 1)), IsEmpty());
  forest_.OnEpoch("0", 2, {{kValLoss, 0.5}});
  EXPECT_THAT(Ids(forest_.TakeParting("0", 2)), ElementsAre("1"));
}

TEST_F(PrefixForestTest, OfATrunkThatIsBeyondTheirPartingTrialsShareNothing) {
  done_["0"] = 3;
  auto trials = Trials("  - {type: StepLR, step_size: {grid: [2, 3]}, gamma: 0.1}\n");
  EXPECT_THAT(Ids(forest_.Add(std::move(trials), 0)), ElementsAre("0", "1"));
}

TEST_F(PrefixForestTest, OfATrunkThatIsJustThereTheyTakeTheState) {
  done_["0"] = 2;
  auto trials = Trials("  - {type: StepLR, step_size: {grid: [2, 3]}, gamma: 0.1}\n");
  EXPECT_THAT(Ids(forest_.Add(std::move(trials), 0)), ElementsAre("0"));
  EXPECT_THAT(Ids(forest_.TakeParting("0", 2)), ElementsAre("1"));
}

TEST_F(PrefixForestTest, ATrialWithACheckpointBehindThePartingNeedsNoTrunk) {
  done_["0"] = 1;
  done_["1"] = 4;
  auto trials = Trials("  - {type: StepLR, step_size: {grid: [2, 3]}, gamma: 0.1}\n");
  EXPECT_THAT(Ids(forest_.Add(std::move(trials), 0)), ElementsAre("1", "0"));
}

TEST_F(PrefixForestTest, AfterACrashATrialFollowsTheTrunkWithWhichItSharesMost) {
  // The first two have parted and have their states; the third parts from the second later.
  done_["0"] = 2;
  done_["1"] = 2;
  auto trials = Trials("  - {type: StepLR, step_size: {grid: [2, 4, 6]}, gamma: 0.1}\n");
  EXPECT_THAT(Ids(forest_.Add(std::move(trials), 0)), ElementsAre("0", "1"));
  EXPECT_THAT(forest_.BranchEpochs("1"), ElementsAre(4));
}

TEST_F(PrefixForestTest, AfterACrashWhatAMetricHasDecidedIsKnown) {
  done_["0"] = 3;
  metrics_["0"] = {{{kValLoss, 0.5}}, {{kValLoss, 0.5}}, {{kValLoss, 0.5}}};
  auto trials =
      Trials("  - {type: ReduceLROnPlateau, metric: val_loss, patience: {grid: [0, 1, 9]}}\n");
  EXPECT_THAT(Ids(forest_.Add(std::move(trials), 0)), ElementsAre("0", "1"));
  EXPECT_TRUE(forest_.HasFollowers("1"));
}

TEST_F(PrefixForestTest, ATrialIsTakenOutAndAnAbandonedTrunkLeavesItsFollowers) {
  auto trials = Trials("  - {type: StepLR, step_size: {grid: [2, 3, 6]}, gamma: 0.1}\n");
  forest_.Add(std::move(trials), 0);
  EXPECT_EQ(forest_.Remove("2")->id, "2");
  EXPECT_FALSE(forest_.Remove("2"));
  EXPECT_THAT(Ids(forest_.TakeSharing("0", 3)), IsEmpty());
  EXPECT_THAT(Ids(forest_.TakeAll("0")), ElementsAre("1"));
}

TEST_F(PrefixForestTest, MomentumCounts) {
  auto trials = Trials(
      "  - {type: OneCycleLR, max_lr: 1.0, total_steps: 100, base_momentum: {grid: [0.8, 0.85]}}\n"
      "  - {type: OneCycleLR, max_lr: 1.0, total_steps: 100, base_momentum: 0.8, "
      "final_div_factor: 1000.0}\n");
  EXPECT_THAT(Ids(forest_.Add(std::move(trials), 0)), ElementsAre("0"));
  EXPECT_THAT(Ids(forest_.TakeParting("0", 1)), ElementsAre("1"));  // its rates are the same
  EXPECT_THAT(Ids(forest_.TakeFinished("0", 6)), ElementsAre("2"));
}

TEST_F(PrefixForestTest, NobodyIsTrainedFurtherThanItIsToBeHeld) {
  // Rates 1 1 1 .1, 1 1 1 1 .1, constant, of which the last one is to be trained furthest.
  auto trials = Trials("  - {type: StepLR, step_size: {grid: [3, 4, 6]}, gamma: 0.1}\n");
  trials[0].until = trials[1].until = 2;
  trials[2].until = 4;
  EXPECT_THAT(Ids(forest_.Add(std::move(trials), 0)), ElementsAre("2"));
  EXPECT_THAT(forest_.BranchEpochs("2"), ElementsAre(2)) << "and after epoch 4, where it is held";
  EXPECT_THAT(Ids(forest_.TakeFinished("2", 2)), IsEmpty());
  EXPECT_THAT(Ids(forest_.TakeHeld("2", 1)), IsEmpty());
  EXPECT_THAT(Ids(forest_.TakeHeld("2", 2)), ElementsAre("0", "1"));
}

TEST_F(PrefixForestTest, OfTrialsThatAreHeldTogetherTheLongestIsTheTrunk) {
  auto trials = Trials("  - {type: StepLR, step_size: 9}\n", "{grid: [2, 5]}");
  trials[0].until = trials[1].until = 2;
  EXPECT_THAT(Ids(forest_.Add(std::move(trials), 0)), ElementsAre("1"));
  EXPECT_THAT(forest_.BranchEpochs("1"), IsEmpty()) << "it gives a checkpoint there anyway";
  EXPECT_THAT(Ids(forest_.TakeFinished("1", 2)), ElementsAre("0"));
}

TEST_F(PrefixForestTest, TrialsShareAsLongAsTheirRatesAreEqual) {
  const auto trials = Trials("  - {type: StepLR, step_size: {grid: [2, 3]}, gamma: 0.1}\n");
  EXPECT_TRUE(forest_.Share(trials[0], trials[1], 2));
  EXPECT_FALSE(forest_.Share(trials[0], trials[1], 3));
}

TEST_F(PrefixForestTest, SchedulesThatFollowAMetricAreComparedByWhatIsRecorded) {
  const auto trials =
      Trials("  - {type: ReduceLROnPlateau, metric: val_loss, patience: {grid: [0, 2]}}\n");
  metrics_["0"] = {{{kValLoss, 0.5}}, {{kValLoss, 0.6}}, {{kValLoss, 0.6}}};  // 0 reduces after 2
  EXPECT_TRUE(forest_.Share(trials[0], trials[1], 2));
  EXPECT_FALSE(forest_.Share(trials[0], trials[1], 3));
}

}  // namespace
}  // namespace lrsweep
