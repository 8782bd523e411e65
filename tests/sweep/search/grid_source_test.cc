#include "sweep/search/grid_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GridSourceTest : public testing::Test {
 protected:
  static std::vector<std::string> Drain(GridSource& source) {
    std::vector<std::string> ids;
    while (const auto trial = source.Next()) ids.push_back(trial->id);
    return ids;
  }

  SearchSpace space_{
      ParseSweepConfig("name: t\ntraining: {epochs: {grid: [2, 3, 4]}}\n"
                       "optimizer: {lr: 0.1}\n"
                       "scheduler: {type: StepLR, step_size: 1}\n",
                       "s.yaml")};
};

TEST_F(GridSourceTest, GivesThePendingTrialsInTheOrderOfTheSpace) {
  GridSource source(space_, {space_.IdAt(2), space_.IdAt(0)});
  EXPECT_THAT(Drain(source), ElementsAre(space_.IdAt(0), space_.IdAt(2)));
  EXPECT_EQ(source.Next().has_value(), false);
}

TEST_F(GridSourceTest, GivesNoTrialThatIsNotOfTheSpace) {
  GridSource source(space_, {"0000000000000000"});
  EXPECT_THAT(Drain(source), IsEmpty());
}

TEST_F(GridSourceTest, CountsTheEpochsOfWhatIsLeft) {
  GridSource source(space_, {space_.IdAt(0), space_.IdAt(2)});
  EXPECT_EQ(source.size(), 3);
  EXPECT_EQ(source.epochs_left(), 6);
  source.Next();
  EXPECT_EQ(source.epochs_left(), 4);
  source.Next();
  EXPECT_EQ(source.epochs_left(), 0);
}

TEST_F(GridSourceTest, FindsATrialThatItDoesNotGive) {
  const GridSource source(space_, {});
  EXPECT_EQ(source.Find(space_.IdAt(1))->id, space_.IdAt(1));
  EXPECT_FALSE(source.Find("0000000000000000").has_value());
}

TEST_F(GridSourceTest, LetsEveryTrialContinue) {
  GridSource source(space_, {space_.IdAt(0)});
  const Trial trial = *source.Next();
  EXPECT_THAT(source.OnEpoch(trial, {}), IsEmpty());
  EXPECT_THAT(source.OnEnd(trial, TrialState::kFailed, std::nullopt), IsEmpty());
}

TEST_F(GridSourceTest, GathersTrialsWhoseFirstEpochIsTheSameTheLongestFirst) {
  const SearchSpace space(
      ParseSweepConfig("name: t\ntraining: {epochs: {grid: [2, 4]}, seed: {grid: [0, 1]}}\n"
                       "optimizer: {lr: {grid: [0.1, 0.2]}}\n"
                       "scheduler: {type: StepLR, step_size: {grid: [1, 2]}}\n",
                       "s.yaml"));
  std::vector<std::string> pending;
  for (size_t i = 0; i < space.size(); ++i) pending.push_back(space.IdAt(i));
  GridSource source(space, pending);
  source.GatherShared(10);
  std::vector<std::string> groups;  // seed and rate of each, and how many trials
  std::string last;
  int64_t size = 0;
  do {
    const bool shares = source.NextMayShare();
    const auto trial = source.Next();
    if (!shares && !last.empty()) groups.push_back(last + " " + std::to_string(size));
    if (!trial) break;
    size = shares ? size + 1 : 1;
    last = std::to_string(trial->seed) + " " + ToJson(*Find(trial->params, "optimizer.lr"));
  } while (true);
  EXPECT_THAT(groups, ElementsAre("0 0.1 4", "0 0.2 4", "1 0.1 4", "1 0.2 4"));
  EXPECT_EQ(source.epochs_left(), 0);
}

}  // namespace
}  // namespace lrsweep
