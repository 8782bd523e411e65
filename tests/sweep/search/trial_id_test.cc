// The ids of trials and groups.

#include "sweep/config/trial_id.h"

#include <gtest/gtest.h>

#include <set>

#include "sweep/search/search_space.h"

namespace lrsweep {
namespace {

SearchSpace Space(const std::string& scheduler, const std::string& training = "{epochs: 2}",
                  const std::string& optimizer = "{lr: 0.1}") {
  return SearchSpace(ParseSweepConfig("name: t\ntraining: " + training + "\noptimizer: " +
                                          optimizer + "\nscheduler: " + scheduler + "\n",
                                      "s.yaml"));
}

const char kStep[] = "[{type: StepLR, step_size: 5}]";

TEST(TrialIdTest, IsTheHashOfCanonicalJson) {
  const Trial trial = Space(kStep).At(0);
  EXPECT_EQ(ToJson(CanonicalParams(trial.params)),
            R"({"optimizer":{"lr":0.1},"scheduler":{"step_size":5,"type":"StepLR"},)"
            R"("training":{"epochs":2}})");
  // printf '%s' '{"optimizer":...}' | sha256sum | cut -c1-16
  EXPECT_EQ(trial.id, "0f57e11be8b4aa59");
}

TEST(TrialIdTest, SpellingOutADefaultChangesNothing) {
  const SearchSpace written =
      Space("[{type: StepLR, step_size: 5, gamma: 0.1, interval: epoch}]",
            "{epochs: 2, batch_size: 64, seed: 0}", "{type: SGD, lr: 0.1, momentum: -0.0}");
  EXPECT_EQ(written.At(0).id, Space(kStep).At(0).id);
}

TEST(TrialIdTest, OrderOfTheSpaceChangesNothing) {
  const SearchSpace forward = Space(kStep, "{epochs: 2, seed: {grid: [1, 2]}}");
  const SearchSpace backward = Space(kStep, "{epochs: 2, seed: {grid: [2, 1]}}");
  EXPECT_EQ(forward.At(0).id, backward.At(1).id);
  EXPECT_EQ(forward.At(1).id, backward.At(0).id);
}

TEST(TrialIdTest, EveryParameterCounts) {
  std::set<std::string> ids;
  ids.insert(Space(kStep).At(0).id);
  ids.insert(Space(kStep, "{epochs: 3}").At(0).id);
  ids.insert(Space(kStep, "{epochs: 2, seed: 1}").At(0).id);
  ids.insert(Space(kStep, "{epochs: 2}", "{lr: 0.2}").At(0).id);
  ids.insert(Space("[{type: StepLR, step_size: 6}]").At(0).id);
  ids.insert(Space("[{type: StepLR, step_size: 5, interval: step}]").At(0).id);
  EXPECT_EQ(ids.size(), 6U);
}

TEST(TrialIdTest, EqualSharesAreEqualAndOtherThanTheirNumber) {
  const auto id = [](const std::string& scheduler, const std::string& epochs = "20") {
    return Space(scheduler, "{epochs: " + epochs + "}").At(0).id;
  };
  const std::string quarter = id("[{type: StepLR, step_size: 25%}]");
  EXPECT_EQ(id("[{type: StepLR, step_size: '25.0%'}]"), quarter);
  EXPECT_NE(id("[{type: StepLR, step_size: 5}]"), quarter);  // the same only in 20 epochs
  EXPECT_EQ(id("[{type: CosineAnnealingLR, T_max: 100%}]"),
            id("[{type: CosineAnnealingLR, T_max: run}]"));
  EXPECT_EQ(id("[{type: WSD, num_warmup_steps: 0%, num_decay_steps: 20%}]"),
            id("[{type: WSD, num_warmup_steps: 0, num_decay_steps: 20%}]"));
}

TEST(TrialIdTest, SharesAreStoredAsWritten) {
  const Trial trial =
      Space("[{type: MultiStepLR, milestones: [50%, 75%], warmup: {steps: 2.50%}}]").At(0);
  EXPECT_EQ(ToJson(CanonicalParams(trial.params).at("scheduler")),
            R"({"milestones":["50%","75%"],"type":"MultiStepLR","warmup":{"steps":"2.5%"}})");
}

TEST(TrialIdTest, GroupIsTheTrialWithoutItsSeed) {
  const SearchSpace space = Space(kStep, "{epochs: 2, seed: {grid: [0, 1]}}");
  EXPECT_EQ(space.At(0).group_id, space.At(1).group_id);
  EXPECT_NE(space.At(0).id, space.At(1).id);
  const SearchSpace other = Space(kStep, "{epochs: 3}");
  EXPECT_NE(space.At(0).group_id, other.At(0).group_id);
}

}  // namespace
}  // namespace lrsweep
