#include "sweep/coordinator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <set>

#include "sweep/errors.h"
#include "tests/temp_folder.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

SweepConfig FiveSeeds() {
  return ParseSweepConfig(
      "name: t\ntraining: {epochs: 2, seed: {grid: [0, 1, 2, 3, 4]}}\noptimizer: {lr: 0.1}\n"
      "scheduler: {type: StepLR, step_size: 1}\n",
      "s.yaml");
}

EpochRecord Epoch(int64_t number, double accuracy) {
  EpochRecord record;
  record.epoch = number;
  record.steps_done = number * 2;
  record.losses = {0.5F, 0.4F};
  record.rates = {{0.1}, {0.0}};
  record.train_loss = 0.45;
  record.val_loss = 0.4;
  record.val_accuracy = accuracy;
  return record;
}

/// Workers that are told by the test what happens to the trials of each seed.
class FakePool : public WorkerPool {
 public:
  explicit FakePool(int64_t workers) : workers_(workers) {
    for (int64_t worker = 1; worker <= workers; ++worker) {
      events_.push_back(WorkerReady{{worker, "host", "cpu", "fake", ""}});
    }
  }

  void RefuseAll() {
    events_.clear();
    for (int64_t worker = 1; worker <= workers_; ++worker) {
      events_.push_back(WorkerRefused{worker, "host", "no data"});
    }
  }
  void FailSeed(int64_t seed) { failing_.insert(seed); }
  void DivergeSeed(int64_t seed) { diverging_.insert(seed); }
  void NeverEndSeed(int64_t seed) { endless_.insert(seed); }

  int64_t size() const override { return workers_; }

  void Start(int64_t worker, const TrialTask& task) override {
    EXPECT_TRUE(busy_.insert(worker).second) << "worker " << worker << " has a trial already";
    const auto seed = std::get<int64_t>(*Find(task.params, "training.seed"));
    started_seeds_.push_back(seed);
    if (failing_.count(seed) > 0) {
      events_.push_back(TrialEnded{worker, task.trial_id, TrialState::kFailed, "it broke"});
      return;
    }
    if (diverging_.count(seed) > 0) {
      EpochRecord record = Epoch(1, 0.1);
      record.train_loss = std::numeric_limits<double>::quiet_NaN();
      events_.push_back(EpochFinished{worker, task.trial_id, record});
      events_.push_back(TrialEnded{worker, task.trial_id, TrialState::kStopped, ""});
      return;
    }
    const double accuracy = 0.9 + 0.01 * static_cast<double>(seed % 4);
    events_.push_back(EpochFinished{worker, task.trial_id, Epoch(1, 0.5)});
    if (endless_.count(seed) > 0) return;
    events_.push_back(EpochFinished{worker, task.trial_id, Epoch(2, accuracy)});
    events_.push_back(TrialEnded{worker, task.trial_id, TrialState::kCompleted, ""});
  }

  void Wait(std::chrono::milliseconds /*timeout*/, const EventSink& sink) override {
    if (events_.empty()) return;
    const Event event = events_.front();
    events_.pop_front();
    if (const auto* ended = std::get_if<TrialEnded>(&event)) busy_.erase(ended->worker);
    sink(event);
  }

  const std::vector<int64_t>& started_seeds() const { return started_seeds_; }

 private:
  int64_t workers_;
  std::deque<Event> events_;
  std::set<int64_t> busy_, failing_, diverging_, endless_;
  std::vector<int64_t> started_seeds_;
};

class CoordinatorTest : public testing::Test {
 protected:
  RunOutcome Run(
      FakePool& pool, const std::function<bool()>& go_on = [] { return true; }) {
    Coordinator coordinator(space_, store_, pool, view_, go_on);
    const RunOutcome outcome = coordinator.Run();
    state_ = coordinator.state();
    return outcome;
  }
  std::vector<std::string> States() {
    std::vector<std::string> states;
    for (const TrialRow& row : store_.Trials()) states.push_back(row.state);
    return states;
  }

  TempFolder folder_;
  SearchSpace space_{FiveSeeds()};
  Store store_ = Store::Create(folder_ / "t.db", {.name = "t"}, space_.size(),
                               [this](size_t i) { return space_.At(i); });
  ProgressView view_;
  SweepState state_;
};

TEST_F(CoordinatorTest, TrainsEveryTrialOnce) {
  FakePool pool(2);
  const RunOutcome outcome = Run(pool);
  EXPECT_THAT(pool.started_seeds(), UnorderedElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(outcome.failed, 0);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_THAT(States(),
              ElementsAre("completed", "completed", "completed", "completed", "completed"));
}

TEST_F(CoordinatorTest, MoreWorkersThanTrialsIsFine) {
  FakePool pool(9);
  Run(pool);
  EXPECT_EQ(pool.started_seeds().size(), 5U);
}

TEST_F(CoordinatorTest, WritesDownWhatComesBack) {
  FakePool pool(1);
  Run(pool);
  const auto epochs = store_.Epochs(space_.At(3).id);
  ASSERT_EQ(epochs.size(), 2U);
  EXPECT_EQ(epochs[1].val_accuracy, 0.93);
  EXPECT_EQ(epochs[1].steps_done, 4);
  const auto attempts = store_.Attempts(space_.At(3).id);
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].by.engine, "fake");
}

TEST_F(CoordinatorTest, KnowsTheBestTrial) {
  FakePool pool(2);
  Run(pool);
  ASSERT_TRUE(state_.best.has_value());
  EXPECT_EQ(state_.best->trial.seed, 3);
  EXPECT_EQ(state_.best->value, 0.93);
}

TEST_F(CoordinatorTest, OfEqualTrialsTheSmallerIdIsBestAsInTheRanking) {
  SweepConfig twins = ParseSweepConfig(
      "name: t\ntraining: {epochs: 2, seed: {grid: [0, 4, 8, 12, 16]}}\noptimizer: {lr: 0.1}\n"
      "scheduler: {type: StepLR, step_size: 1}\n",
      "s.yaml");
  const SearchSpace space(twins);
  Store store = Store::Create(folder_ / "twins.db", {.name = "t"}, space.size(),
                              [&space](size_t i) { return space.At(i); });
  FakePool pool(1);
  Coordinator coordinator(space, store, pool, view_, [] { return true; });
  coordinator.Run();
  std::string smallest = space.At(0).id;
  for (size_t i = 1; i < space.size(); ++i) smallest = std::min(smallest, space.At(i).id);
  EXPECT_EQ(coordinator.state().best->trial.id, smallest);
}

TEST_F(CoordinatorTest, FailureIsOneTrialsOwn) {
  FakePool pool(2);
  pool.FailSeed(2);
  const RunOutcome outcome = Run(pool);
  EXPECT_EQ(outcome.failed, 1);
  EXPECT_THAT(States(), ElementsAre("completed", "completed", "failed", "completed", "completed"));
  EXPECT_EQ(store_.Trials()[2].error, "it broke");
}

TEST_F(CoordinatorTest, DivergedTrialIsStopped) {
  FakePool pool(2);
  pool.DivergeSeed(4);
  const RunOutcome outcome = Run(pool);
  EXPECT_EQ(outcome.failed, 0);
  EXPECT_EQ(state_.stopped, 1);
  EXPECT_TRUE(store_.Trials()[4].diverged);
  EXPECT_EQ(States()[4], "stopped");
}

TEST_F(CoordinatorTest, RemainingEpochsShrinkWithTrialsThatEndEarly) {
  FakePool pool(2);
  pool.FailSeed(0);
  pool.DivergeSeed(4);
  Run(pool);
  EXPECT_EQ(state_.epochs_done, state_.epochs);
}

TEST_F(CoordinatorTest, InterruptLeavesNoTrialRunning) {
  FakePool pool(1);
  pool.NeverEndSeed(1);
  int asked = 0;
  const RunOutcome outcome = Run(pool, [&asked] { return ++asked < 20; });
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_THAT(States(), ElementsAre("completed", "pending", "pending", "pending", "pending"));
  EXPECT_THAT(store_.Attempts(space_.At(1).id).at(0).error, testing::Optional(HasSubstr("interr")));
}

TEST_F(CoordinatorTest, InterruptBeforeTheFirstTrialLeavesAllPending) {
  FakePool pool(1);
  const RunOutcome outcome = Run(pool, [] { return false; });
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_THAT(pool.started_seeds(), IsEmpty());
}

TEST_F(CoordinatorTest, NoWorkerThatCanTrainIsAnErrorWithItsReason) {
  FakePool pool(2);
  pool.RefuseAll();
  try {
    Run(pool);
    FAIL() << "no error";
  } catch (const ResourceError& error) {
    EXPECT_THAT(error.what(), HasSubstr("worker 2 on host: no data"));
  }
}

}  // namespace
}  // namespace lrsweep
