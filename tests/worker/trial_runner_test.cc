#include "worker/trial_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "worker/checkpoint.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

/// What a FakeEngine does and what it was asked to do.
struct Script {
  std::vector<float> losses = {4, 2};  // of every epoch
  int64_t nan_in_epoch = 0;            // 0: in none
  uint64_t nan_of_seed = 0;            // whose losses these are
  Evaluation evaluation = {.loss = 0.5, .accuracy = 0.75};
  std::map<uint64_t, std::vector<StepRates>> rates_of;  // by seed, one for each epoch trained
  std::vector<StepRates>& rates = rates_of[0];
  std::optional<Evaluation> test_evaluation;  // of the test images, where another
  std::vector<uint64_t> evaluated;            // seeds
  std::vector<Split> splits;                  // of the same evaluations
  std::map<uint64_t, TrainingState> restored;
  std::shared_ptr<const Dataset> dataset;

  Script() = default;
  Script(const Script&) = delete;
};

class FakeTraining : public Training {
 public:
  FakeTraining(Script& script, uint64_t seed) : script_(script), seed_(seed) {}

  std::vector<float> TrainEpoch(const StepRates& rates, const Tick& tick) override {
    std::vector<StepRates>& trained = script_.rates_of[seed_];
    trained.push_back(rates);
    std::vector<float> losses = script_.losses;
    const auto epoch = static_cast<int64_t>(trained.size());
    if (epoch == script_.nan_in_epoch && seed_ == script_.nan_of_seed) {
      losses[0] = std::numeric_limits<float>::quiet_NaN();
    }
    if (!tick({.steps_done = 1, .loss = losses[0]})) throw TrainingInterrupted{};
    return losses;
  }
  Evaluation Evaluate(Split split, const Tick&) override {
    script_.evaluated.push_back(seed_);
    script_.splits.push_back(split);
    return split == Split::kTest ? script_.test_evaluation.value_or(script_.evaluation)
                                 : script_.evaluation;
  }
  TrainingState State() const override { return {}; }
  void Restore(const TrainingState& state) override { script_.restored[seed_] = state; }

 private:
  Script& script_;
  uint64_t seed_;
};

class FakeEngine : public Engine {
 public:
  explicit FakeEngine(Script& script) : script_(script) {}

  std::string Name() const override { return "fake"; }
  std::string Device() const override { return "cpu"; }
  std::string CpuTarget() const override { return ""; }
  std::unique_ptr<Training> Start(const TrainConfig& config,
                                  std::shared_ptr<const Dataset> dataset) override {
    script_.dataset = std::move(dataset);
    return std::make_unique<FakeTraining>(script_, config.seed);
  }

 private:
  Script& script_;
};

/// Eight training images of one pixel: two steps of four.
std::shared_ptr<const Dataset> EightImages() {
  auto dataset = std::make_shared<Dataset>();
  dataset->train = {8, 1, {0, 1, 2, 3, 4, 5, 6, 7}, {0, 1, 0, 1, 0, 1, 0, 1}};
  dataset->test = {1, 1, {9}, {0}};
  dataset->classes = 2;
  return dataset;
}

Map Params(Map scheduler, int64_t seed = 0, int64_t epochs = 3) {
  return {
      {"dataset", Map{{"name", "eight"}, {"validation", int64_t{0}}}},
      {"model", Map{{"hidden", List{int64_t{4}}}}},
      {"training", Map{{"epochs", epochs}, {"batch_size", int64_t{4}}, {"seed", seed}}},
      {"optimizer", Map{{"type", "SGD"}, {"lr", 0.8}, {"momentum", 0.9}}},
      {"scheduler", std::move(scheduler)},
  };
}

Map HalvedEvery(int64_t ticks, const std::string& interval) {
  return {{"type", "StepLR"}, {"interval", interval}, {"step_size", ticks}, {"gamma", 0.5}};
}

/// A task without checkpoint.
TrialTask TaskOf(const Map& params) { return {"", params}; }

/// A task that resumes from `point`.
TrialTask TaskOf(const Map& params, const ResumePoint& point) {
  return {"", params, EncodeCheckpoint(point), point.epochs_done};
}

class TrialRunnerTest : public testing::Test, protected PackObserver {
 protected:
  /// Trains a lone trial; its state at the end, or kPending if it has not ended.
  TrialState Run(const Map& params) {
    RunMembers({TaskOf(params)});
    return ends_.count(0) == 0 ? TrialState::kPending : ends_[0];
  }

  void RunMembers(const std::vector<TrialTask>& members) {
    FakeEngine engine(script_);
    RunPack({members}, WithValidationSet(EightImages(), validation_images_), engine, *this);
  }

  /// The members whose epochs were reported, in that order.
  std::vector<size_t> Reported() const {
    std::vector<size_t> members;
    for (const auto& [member, record] : reports_) members.push_back(member);
    return members;
  }

  void OnEpoch(size_t member, EpochRecord record) override {
    reports_.emplace_back(member, record);
    epochs_.push_back(std::move(record));
    if (after_epoch_) after_epoch_();
  }
  AfterEpoch OnEpochEnd(size_t member) override {
    const auto wanted = wanted_.find({member, epochs_.back().epoch});
    return wanted == wanted_.end() ? AfterEpoch::kContinue : wanted->second;
  }
  void OnCheckpoint(size_t member, int64_t /*epoch*/, std::string data) override {
    checkpoints_[member] = DecodeCheckpoint(data);
  }
  void OnEnd(size_t member, TrialState state) override { ends_[member] = state; }
  bool OnProgress(size_t member, const TrialProgress& progress) override {
    progress_of_.push_back(member);
    progress_.push_back(progress);
    return progress.epoch < stop_in_epoch_;
  }

  Script script_;
  std::vector<EpochRecord> epochs_;
  std::vector<std::pair<size_t, EpochRecord>> reports_;
  std::map<size_t, TrialState> ends_;
  std::vector<TrialProgress> progress_;
  std::vector<size_t> progress_of_;
  std::map<size_t, ResumePoint> checkpoints_;
  std::map<std::pair<size_t, int64_t>, AfterEpoch> wanted_;  // by member and epoch
  std::function<void()> after_epoch_;
  int64_t stop_in_epoch_ = 1000;
  int64_t validation_images_ = 0;
};

TEST_F(TrialRunnerTest, WithoutHeldBackImagesTheTestImagesGiveVal) {
  script_.test_evaluation = {.loss = 0.25, .accuracy = 0.5};
  Run(Params(HalvedEvery(1, "epoch"), 0, 1));
  EXPECT_THAT(script_.splits, ElementsAre(Split::kTest));
  EXPECT_EQ(epochs_.at(0).metrics,
            (Metrics{{kTrainLoss, 3}, {kValLoss, 0.25}, {kValAccuracy, 0.5}}));
}

TEST_F(TrialRunnerTest, HeldBackImagesGiveValAndTheTestImagesStandBeside) {
  validation_images_ = 3;
  script_.test_evaluation = {.loss = 0.25, .accuracy = 0.5};
  Run(Params(HalvedEvery(1, "epoch"), 0, 1));
  EXPECT_THAT(script_.splits, ElementsAre(Split::kValidation, Split::kTest));
  EXPECT_EQ(epochs_.at(0).metrics, (Metrics{{kTrainLoss, 3},
                                            {kValLoss, 0.5},
                                            {kValAccuracy, 0.75},
                                            {kTestLoss, 0.25},
                                            {kTestAccuracy, 0.5}}));
}

TEST_F(TrialRunnerTest, AnInfiniteTestLossAloneEndsNothing) {
  validation_images_ = 3;
  script_.test_evaluation = {.loss = std::numeric_limits<double>::infinity(), .accuracy = 0.5};
  EXPECT_EQ(Run(Params(HalvedEvery(1, "epoch"))), TrialState::kCompleted);
  EXPECT_EQ(epochs_.size(), 3U);
}

TEST_F(TrialRunnerTest, ReportsEveryEpochAndCompletes) {
  EXPECT_EQ(Run(Params(HalvedEvery(1, "epoch"))), TrialState::kCompleted);
  ASSERT_EQ(epochs_.size(), 3u);
  const EpochRecord& last = epochs_[2];
  EXPECT_EQ(last.epoch, 3);
  EXPECT_EQ(last.steps_done, 6);
  EXPECT_THAT(last.losses, ElementsAre(4, 2));
  EXPECT_EQ(MetricValue(last.metrics, kTrainLoss), 3);
  EXPECT_EQ(MetricValue(last.metrics, kValLoss), 0.5);
  EXPECT_EQ(MetricValue(last.metrics, kValAccuracy), 0.75);
  EXPECT_GE(last.wall_seconds, 0);
}

TEST_F(TrialRunnerTest, AdvancesAnEpochScheduleOncePerEpoch) {
  Run(Params(HalvedEvery(1, "epoch")));
  ASSERT_EQ(script_.rates.size(), 3u);
  EXPECT_THAT(script_.rates[0].lr, ElementsAre(0.8));
  EXPECT_THAT(script_.rates[1].lr, ElementsAre(0.4));
  EXPECT_THAT(script_.rates[2].lr, ElementsAre(0.2));
  EXPECT_THAT(script_.rates[2].momentum, ElementsAre(0.9));
}

TEST_F(TrialRunnerTest, AdvancesAStepScheduleOverTheWholeTrial) {
  Run(Params(HalvedEvery(1, "step")));
  ASSERT_EQ(script_.rates.size(), 3u);
  EXPECT_THAT(script_.rates[0].lr, ElementsAre(0.8, 0.4));
  EXPECT_THAT(script_.rates[1].lr, ElementsAre(0.2, 0.1));
  EXPECT_THAT(script_.rates[1].momentum, ElementsAre(0.9));
}

TEST_F(TrialRunnerTest, KeepsOneValueOfARateThatStaysTheSameInAnEpoch) {
  Run(Params(HalvedEvery(2, "step")));
  EXPECT_THAT(script_.rates.at(1).lr, ElementsAre(0.4));
}

TEST_F(TrialRunnerTest, RecordsTheRatesThatWereApplied) {
  Run(Params(HalvedEvery(1, "step")));
  EXPECT_EQ(epochs_.at(1).rates.lr, script_.rates.at(1).lr);
}

TEST_F(TrialRunnerTest, CountsTheRunInTheIntervalOfTheSchedule) {
  const Map cosine = {{"type", "CosineAnnealingLR"}, {"T_max", "run"}, {"eta_min", 0.0}};
  for (const auto& [interval, middle] : {std::pair("epoch", 0.6), std::pair("step", 0.4)}) {
    script_.rates.clear();
    Map scheduler = cosine;
    scheduler["interval"] = interval;
    Run(Params(scheduler));
    // Half of 3 epochs is no epoch's start: a third of the cosine. Half of 6 steps is step 3.
    EXPECT_NEAR(script_.rates.at(1).lr.back(), middle, 1e-12) << interval;
  }
}

TEST_F(TrialRunnerTest, EndsADivergedTrialAfterThatEpoch) {
  script_.nan_in_epoch = 2;
  EXPECT_EQ(Run(Params(HalvedEvery(1, "epoch"))), TrialState::kStopped);
  ASSERT_EQ(epochs_.size(), 2u);
  EXPECT_TRUE(epochs_[1].diverged);
}

TEST_F(TrialRunnerTest, TellsProgressWithTheRateOfTheNextStep) {
  Run(Params(HalvedEvery(1, "step")));
  ASSERT_EQ(progress_.size(), 3u);
  EXPECT_EQ(progress_[1].epoch, 2);
  EXPECT_EQ(progress_[1].steps_done, 1);
  EXPECT_EQ(progress_[1].loss, 4);
  EXPECT_EQ(progress_[1].lr, 0.1);
}

TEST_F(TrialRunnerTest, StopsWhenTheObserverSaysSo) {
  stop_in_epoch_ = 1;
  EXPECT_THROW(Run(Params(HalvedEvery(1, "epoch"))), TrainingInterrupted);
  EXPECT_TRUE(epochs_.empty());
}

TEST_F(TrialRunnerTest, RefusesAnUnknownInterval) {
  EXPECT_THROW(Run(Params(HalvedEvery(1, "batch"))), std::invalid_argument);
}

/// Halves the rate after every epoch in which the metric does not rise.
Map HalvedWithoutARiseOf(const std::string& metric) {
  return {{"type", "ReduceLROnPlateau"},
          {"interval", "epoch"},
          {"metric", metric},
          {"mode", "max"},
          {"patience", 0},
          {"factor", 0.5}};
}

TEST_F(TrialRunnerTest, TellsAPlateauItsMetricAfterEveryEpoch) {
  for (const char* metric : {"val_loss", "val_accuracy", "train_loss"}) {
    script_.rates.clear();
    epochs_.clear();
    Run(Params(HalvedWithoutARiseOf(metric)));
    ASSERT_EQ(script_.rates.size(), 3u);
    EXPECT_THAT(script_.rates[1].lr, ElementsAre(0.8)) << metric;  // the first is the best so far
    EXPECT_THAT(script_.rates[2].lr, ElementsAre(0.4)) << metric;
    EXPECT_EQ(epochs_[2].rates.lr, script_.rates[2].lr) << metric;
  }
}

TEST_F(TrialRunnerTest, TellsAPlateauNoOtherMetric) {
  script_.losses = {1, 1};
  after_epoch_ = [this] {
    for (float& loss : script_.losses) loss += 1;  // the train loss rises, nothing else does
  };
  Run(Params(HalvedWithoutARiseOf("train_loss")));
  EXPECT_THAT(script_.rates.at(2).lr, ElementsAre(0.8));
}

TEST_F(TrialRunnerTest, WarmsUpWithinAnEpoch) {
  Map scheduler = HalvedEvery(1, "epoch");
  scheduler["warmup"] = Map{{"steps", 3}, {"start_factor", 0.25}};
  Run(Params(scheduler));
  EXPECT_THAT(script_.rates.at(0).lr, ElementsAre(0.8 * 0.25, 0.8 * 0.5));
  EXPECT_THAT(script_.rates.at(1).lr, ElementsAre(0.8 * 0.75, 0.8));
  EXPECT_THAT(script_.rates.at(2).lr, ElementsAre(0.8, 0.4));
  EXPECT_EQ(epochs_.at(2).rates.lr, script_.rates.at(2).lr);
}

// ---- Packs

TEST_F(TrialRunnerTest, GivesEveryMemberItsOwnSchedule) {
  RunMembers(
      {TaskOf(Params(HalvedEvery(1, "epoch"), 1)), TaskOf(Params(HalvedEvery(1, "step"), 2))});
  EXPECT_THAT(script_.rates_of[1].at(1).lr, ElementsAre(0.4));
  EXPECT_THAT(script_.rates_of[2].at(1).lr, ElementsAre(0.2, 0.1));
  EXPECT_THAT(Reported(), ElementsAre(0, 1, 0, 1, 0, 1));
  EXPECT_EQ(reports_.at(3).second.rates.lr, script_.rates_of[2].at(1).lr);
}

TEST_F(TrialRunnerTest, LetsAMemberGoThatHasDoneItsEpochs) {
  const Map scheduler = HalvedEvery(1, "epoch");
  RunMembers({TaskOf(Params(scheduler, 1, 2)), TaskOf(Params(scheduler, 2, 1)),
              TaskOf(Params(scheduler, 3, 3))});
  EXPECT_THAT(Reported(), ElementsAre(0, 1, 2, 0, 2, 2));
  EXPECT_THAT(script_.evaluated, ElementsAre(1, 2, 3, 1, 3, 3));
  EXPECT_THAT(ends_,
              UnorderedElementsAre(Pair(0, TrialState::kCompleted), Pair(1, TrialState::kCompleted),
                                   Pair(2, TrialState::kCompleted)));
}

TEST_F(TrialRunnerTest, LetsADivergedMemberGoAndTheOthersGoOn) {
  script_.nan_in_epoch = 1;
  script_.nan_of_seed = 2;
  const Map scheduler = HalvedEvery(1, "epoch");
  RunMembers({TaskOf(Params(scheduler, 1, 2)), TaskOf(Params(scheduler, 2, 2)),
              TaskOf(Params(scheduler, 3, 2))});
  EXPECT_THAT(Reported(), ElementsAre(0, 1, 2, 0, 2));
  EXPECT_EQ(ends_.at(1), TrialState::kStopped);
  EXPECT_EQ(ends_.at(2), TrialState::kCompleted);
  EXPECT_THAT(script_.rates_of[3].at(1).lr, ElementsAre(0.4));
}

TEST_F(TrialRunnerTest, TellsProgressOfEachMemberByItsPlaceInTheWholePack) {
  const Map scheduler = HalvedEvery(1, "epoch");
  RunMembers({TaskOf(Params(scheduler, 1, 1)), TaskOf(Params(scheduler, 2, 2))});
  EXPECT_THAT(progress_of_, ElementsAre(0, 1, 1));
  EXPECT_EQ(progress_.at(2).epoch, 2);
  EXPECT_EQ(progress_.at(2).lr, 0.4);
}

TEST_F(TrialRunnerTest, StopsAllMembersWhenTheObserverSaysSo) {
  const Map scheduler = HalvedEvery(1, "epoch");
  stop_in_epoch_ = 2;
  EXPECT_THROW(RunMembers({TaskOf(Params(scheduler, 1, 1)), TaskOf(Params(scheduler, 2, 2))}),
               TrainingInterrupted);
  EXPECT_THAT(ends_, ElementsAre(Pair(0, TrialState::kCompleted)));
}

TEST_F(TrialRunnerTest, GivesEveryMemberTheSecondsOfTheWholePack) {
  RunMembers(
      {TaskOf(Params(HalvedEvery(1, "epoch"), 1)), TaskOf(Params(HalvedEvery(1, "epoch"), 2))});
  EXPECT_EQ(epochs_.at(0).wall_seconds, epochs_.at(1).wall_seconds);
}

TEST_F(TrialRunnerTest, ResumesAfterTheEpochsThatAreDone) {
  const Map scheduler = HalvedEvery(1, "step");
  const TrialTask resumed = TaskOf(Params(scheduler, 1), {{.steps = 4}, 2, {}});
  RunMembers({resumed, TaskOf(Params(scheduler, 2))});
  EXPECT_EQ(script_.restored.at(1).steps, 4);
  EXPECT_EQ(script_.restored.count(2), 0u);
  EXPECT_THAT(Reported(), ElementsAre(0, 1, 1, 1));
  EXPECT_EQ(epochs_.at(0).epoch, 3);
  EXPECT_EQ(epochs_.at(0).steps_done, 6);
  EXPECT_THAT(epochs_.at(0).rates.lr, ElementsAre(0.05, 0.025));
}

TEST_F(TrialRunnerTest, TellsAResumedPlateauItsMetricHistory) {
  const Map params = Params(HalvedWithoutARiseOf("val_accuracy"));
  RunMembers({TaskOf(params, {{}, 2, {0.7, 0.6}})});
  EXPECT_THAT(epochs_.at(0).rates.lr, ElementsAre(0.4));
}

TEST_F(TrialRunnerTest, TheMetricHistoryOfTheTaskComesBeforeThatOfTheCheckpoint) {
  TrialTask task = TaskOf(Params(HalvedWithoutARiseOf("val_accuracy")), {{}, 2, {}});
  task.metric_history = {0.7, 0.6};
  RunMembers({task});
  EXPECT_THAT(epochs_.at(0).rates.lr, ElementsAre(0.4));
}

TEST_F(TrialRunnerTest, RefusesToResumeAPlateauWithoutItsMetricHistory) {
  const Map params = Params(HalvedWithoutARiseOf("val_accuracy"));
  EXPECT_THROW(RunMembers({TaskOf(params, {{}, 2, {0.7}})}), UnusableCheckpoint);
}

TEST_F(TrialRunnerTest, RefusesToResumeATrialThatHasNothingLeft) {
  const Map params = Params(HalvedEvery(1, "epoch"));
  EXPECT_THROW(RunMembers({TaskOf(params, {{}, 3, {}})}), UnusableCheckpoint);
}

TEST_F(TrialRunnerTest, RefusesACheckpointOfAnotherEpochThanItsTaskSays) {
  TrialTask task = TaskOf(Params(HalvedEvery(1, "epoch")), {{}, 2, {}});
  task.epochs_done = 1;
  EXPECT_THROW(RunMembers({task}), UnusableCheckpoint);
}

TEST_F(TrialRunnerTest, GivesACheckpointWhereItIsWantedAndContinues) {
  wanted_[{0, 2}] = AfterEpoch::kCheckpoint;
  EXPECT_EQ(Run(Params(HalvedWithoutARiseOf("val_accuracy"))), TrialState::kCompleted);
  ASSERT_EQ(checkpoints_.size(), 1u);
  EXPECT_EQ(checkpoints_.at(0).epochs_done, 2);
  EXPECT_THAT(checkpoints_.at(0).metric_history, ElementsAre(0.75, 0.75));
}

TEST_F(TrialRunnerTest, AHeldMemberLeavesWithItsCheckpointAndTheOthersContinue) {
  wanted_[{1, 1}] = AfterEpoch::kHold;
  const Map scheduler = HalvedEvery(1, "epoch");
  RunMembers(
      {TaskOf(Params(scheduler, 1)), TaskOf(Params(scheduler, 2)), TaskOf(Params(scheduler, 3))});
  EXPECT_THAT(Reported(), ElementsAre(0, 1, 2, 0, 2, 0, 2));
  EXPECT_THAT(ends_, ElementsAre(Pair(0, TrialState::kCompleted), Pair(1, TrialState::kPending),
                                 Pair(2, TrialState::kCompleted)));
  ASSERT_EQ(checkpoints_.size(), 1u);
  EXPECT_EQ(checkpoints_.at(1).epochs_done, 1);
}

TEST_F(TrialRunnerTest, AnEndedMemberLeavesWithoutCheckpointAndTheOthersContinue) {
  wanted_[{0, 2}] = AfterEpoch::kEnd;
  const Map scheduler = HalvedEvery(1, "epoch");
  RunMembers({TaskOf(Params(scheduler, 1)), TaskOf(Params(scheduler, 2))});
  EXPECT_THAT(Reported(), ElementsAre(0, 1, 0, 1, 1));
  EXPECT_THAT(ends_, ElementsAre(Pair(0, TrialState::kStopped), Pair(1, TrialState::kCompleted)));
  EXPECT_TRUE(checkpoints_.empty());
}

TEST_F(TrialRunnerTest, APackOfWhichAllAreHeldEnds) {
  wanted_[{0, 1}] = wanted_[{1, 1}] = AfterEpoch::kHold;
  const Map scheduler = HalvedEvery(1, "epoch");
  RunMembers({TaskOf(Params(scheduler, 1)), TaskOf(Params(scheduler, 2))});
  EXPECT_THAT(Reported(), ElementsAre(0, 1));
  EXPECT_EQ(checkpoints_.size(), 2u);
}

}  // namespace
}  // namespace lrsweep
