// The coordinator with trials that are runs of a user's program: epochs that are left out, metrics
// that are missing, checkpoints as files, ends that nobody asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <functional>
#include <map>
#include <utility>

#include "data/sha256.h"
#include "sweep/coordinator/coordinator.h"
#include "sweep/search/grid_source.h"
#include "tests/support/temp_folder.h"
#include "trial/program.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kEpochs = 12;

SweepConfig OneTrial() {
  return ParseSweepConfig(
      "name: t\ntraining: {epochs: 12}\noptimizer: {lr: 0.1}\n"
      "scheduler: {type: StepLR, step_size: 1}\n",
      "s.yaml");
}

/// What a program does in an attempt, by the task that it gets and the attempt's number from 1.
using Script = std::function<std::deque<Event>(int64_t worker, const TrialTask&, int attempt)>;

/// One worker or several, whose attempts follow a script.
class ScriptedPool : public WorkerPool {
 public:
  ScriptedPool(int64_t workers, Script script) : workers_(workers), script_(std::move(script)) {
    for (int64_t worker = 1; worker <= workers; ++worker) {
      events_[worker].push_back(WorkerReady{{worker, "host", "cpu", kCommandEngine, "", 1}});
    }
  }

  int64_t size() const override { return workers_; }
  void Start(int64_t worker, const PackTask& pack) override {
    tasks_.push_back(pack.trials.at(0));
    for (Event& event : script_(worker, tasks_.back(), static_cast<int>(tasks_.size()))) {
      events_[worker].push_back(std::move(event));
    }
  }
  void Send(int64_t, const EndTrial&) override {}
  void StopAll() override {}
  void Dismiss(int64_t) override {}
  bool IsGone(int64_t) const override { return false; }
  void Wait(std::chrono::milliseconds, const EventSink& sink) override {
    for (auto& [worker, events] : events_) {
      if (events.empty()) continue;
      const Event event = events.front();
      events.pop_front();
      sink(event);
    }
  }

  std::vector<TrialTask> tasks_;  // as they were given out

 private:
  int64_t workers_;
  Script script_;
  std::map<int64_t, std::deque<Event>> events_;
};

/// Notes what is to be removed, and whether the file still named it then.
class FakeFiles : public TrialFiles {
 public:
  explicit FakeFiles(std::filesystem::path db) : db_(std::move(db)) {}

  std::string RemoveCheckpoint(const std::string& trial_id, const std::string& data) override {
    removed_.push_back(data);
    const auto sha256 = [](std::string_view bytes) { return Sha256Hex(bytes); };
    const auto stored = Store::Open(db_).ReadCheckpoint(trial_id, sha256).checkpoint;
    if (stored && stored->data == data) still_named_.push_back(data);
    return "";
  }
  bool KeepsLast() const override { return keeps_last_; }

  std::vector<std::string> removed_, still_named_;
  bool keeps_last_ = false;

 private:
  std::filesystem::path db_;
};

class ListeningView : public ProgressView {
 public:
  void OnNotice(const std::string& sentence) override { notices_.push_back(sentence); }
  std::vector<std::string> notices_;
};

EpochRecord Reported(int64_t epoch, Metrics metrics) {
  EpochRecord record;
  record.epoch = epoch;
  record.steps_done = epoch;
  record.losses = {std::nanf("")};
  record.rates = {{0.1}, {0.0}};
  record.metrics = std::move(metrics);
  record.wall_seconds = 1;
  return record;
}

class CoordinatorProgramTest : public testing::Test {
 protected:
  explicit CoordinatorProgramTest(const Objective& objective = {"top5", "max", "last"})
      : objective_(objective) {}

  Event Epoch(int64_t worker, int64_t epoch, Metrics metrics) const {
    return EpochFinished{worker, Id(), Reported(epoch, std::move(metrics))};
  }
  Event Saved(int64_t worker, int64_t epoch, const std::string& data) const {
    return CheckpointMade{worker, Id(), epoch, Sha256Hex(data), data};
  }
  Event Ended(int64_t worker, TrialState state, const std::string& error = "",
              bool unasked = false) const {
    return TrialEnded{worker, Id(), state, error, unasked};
  }

  void Run(ScriptedPool& pool) {
    GridSource source(space_, store_.PendingIds());
    options_.files = &files_;
    Coordinator coordinator(
        source, store_, pool, view_, [] { return true; }, [this] { return now_ += pace_; },
        options_);
    coordinator.Run();
    state_ = coordinator.state();
  }

  std::string Id() const { return space_.At(0).id; }
  TrialRow Row() const { return store_.TrialById(Id()); }

  TempFolder folder_;
  std::filesystem::path db_ = folder_ / "t.db";
  Objective objective_;
  SearchSpace space_{OneTrial()};
  Store store_ = Store::Create(db_,
                               {.name = "t",
                                .objective = objective_,
                                .engine = kCommandEngine,
                                .reported_metrics = {{.name = "top5", .better = Better::kMore}}},
                               1, [this](size_t i) { return space_.At(i); });
  FakeFiles files_{db_};
  ListeningView view_;
  SweepState state_;
  std::chrono::milliseconds pace_{1};
  Coordinator::TimePoint now_{};
  CoordinatorOptions options_{.worker_timeout = std::chrono::hours(24)};
};

TEST_F(CoordinatorProgramTest, EpochsThatAreLeftOutCountAsDone) {
  ScriptedPool pool(1, [this](int64_t worker, const TrialTask&, int) -> std::deque<Event> {
    return {Epoch(worker, 5, {{"top5", 80}}), Epoch(worker, 10, {{"top5", 90}}),
            Epoch(worker, 12, {{"top5", 85}}), Ended(worker, TrialState::kCompleted)};
  });
  Run(pool);
  EXPECT_EQ(state_.epochs_done, kEpochs);
  EXPECT_EQ(state_.epochs, kEpochs);
  EXPECT_EQ(Row().epochs_done, kEpochs);
  EXPECT_EQ(Row().objective_value, 85);
  EXPECT_EQ(state_.best->value, 85);
  const std::vector<EpochRow> epochs = store_.Epochs(Id());
  ASSERT_EQ(epochs.size(), 3U);
  EXPECT_EQ(MetricValue(epochs[1].metrics, "top5"), 90);
}

TEST_F(CoordinatorProgramTest, AProgramThatEndsEarlyHasDoneWhatItReported) {
  ScriptedPool pool(1, [this](int64_t worker, const TrialTask&, int) -> std::deque<Event> {
    return {Epoch(worker, 5, {{"top5", 80}}), Ended(worker, TrialState::kCompleted)};
  });
  Run(pool);
  EXPECT_EQ(state_.epochs_done, 5);
  EXPECT_EQ(state_.epochs, 5);
}

TEST_F(CoordinatorProgramTest, AnEpochWithoutTheObjectivesMetricLeavesTheValueToOthers) {
  ScriptedPool pool(1, [this](int64_t worker, const TrialTask&, int) -> std::deque<Event> {
    return {Epoch(worker, 1, {{"top5", 80}}), Epoch(worker, 2, {{"other/loss", 0.5}}),
            Ended(worker, TrialState::kCompleted)};
  });
  Run(pool);
  EXPECT_EQ(state_.best->value, 80);
  EXPECT_EQ(Row().objective_value, 80);
  EXPECT_FALSE(Row().diverged);
}

TEST_F(CoordinatorProgramTest, ResumesAfterTheCheckpointsEpochAndCutsWhatIsBeyond) {
  ScriptedPool pool(1, [this](int64_t worker, const TrialTask&, int attempt) -> std::deque<Event> {
    if (attempt == 1) {
      return {Epoch(worker, 5, {{"top5", 80}}), Epoch(worker, 10, {{"top5", 90}}),
              Saved(worker, 5, "5.pt"), Ended(worker, TrialState::kPending, "it was told", true)};
    }
    return {Epoch(worker, 7, {{"top5", 70}}), Ended(worker, TrialState::kCompleted)};
  });
  Run(pool);
  EXPECT_EQ(pool.tasks_.at(1).checkpoint, "5.pt");
  EXPECT_EQ(pool.tasks_.at(1).epochs_done, 5);
  const std::vector<EpochRow> epochs = store_.Epochs(Id());
  ASSERT_EQ(epochs.size(), 2U);
  EXPECT_EQ(epochs[0].epoch, 5);
  EXPECT_EQ(epochs[1].epoch, 7);
  EXPECT_EQ(state_.epochs_done, 7);
  EXPECT_EQ(state_.epochs, 7);
  EXPECT_EQ(store_.Attempts(Id()).at(1).first_epoch, 6);
  EXPECT_EQ(store_.Attempts(Id()).at(0).outcome, "lost");
  EXPECT_EQ(store_.Attempts(Id()).at(0).error, "it was told");
}

TEST_F(CoordinatorProgramTest, FailsAfterTooManyEndsThatNobodyAskedFor) {
  ScriptedPool pool(1, [this](int64_t worker, const TrialTask& task, int) -> std::deque<Event> {
    const int64_t epoch = task.epochs_done + 1;
    return {Epoch(worker, epoch, {{"top5", 80}}), Saved(worker, epoch, std::to_string(epoch)),
            Ended(worker, TrialState::kPending, "it exited with 75", true)};
  });
  Run(pool);
  EXPECT_EQ(Row().state, "failed");
  EXPECT_THAT(*Row().error, HasSubstr("3 attempts at it ended before its last epoch"));
  EXPECT_THAT(*Row().error, HasSubstr("it exited with 75"));
  EXPECT_EQ(pool.tasks_.size(), 3U);
  EXPECT_EQ(state_.failed, 1);
  EXPECT_EQ(state_.epochs, state_.epochs_done);
}

TEST_F(CoordinatorProgramTest, ACheckpointOfAnEpochThatIsNotReportedIsIgnored) {
  ScriptedPool pool(1, [this](int64_t worker, const TrialTask&, int attempt) -> std::deque<Event> {
    if (attempt > 1) {
      return {Epoch(worker, 1, {{"top5", 1}}), Ended(worker, TrialState::kCompleted)};
    }
    return {Epoch(worker, 1, {{"top5", 80}}), Saved(worker, 2, "2.pt"),
            Ended(worker, TrialState::kPending, "", true)};
  });
  Run(pool);
  EXPECT_EQ(pool.tasks_.at(1).checkpoint, "");
}

TEST_F(CoordinatorProgramTest, ReplacedCheckpointsAreRemovedOnceThatIsCommitted) {
  ScriptedPool pool(1, [this](int64_t worker, const TrialTask&, int) -> std::deque<Event> {
    return {Epoch(worker, 1, {{"top5", 1}}), Saved(worker, 1, "1.pt"),
            Epoch(worker, 2, {{"top5", 1}}), Saved(worker, 2, "2.pt"),
            Saved(worker, 1, "late.pt"),     Epoch(worker, 3, {{"top5", 1}}),
            Saved(worker, 3, "3.pt"),        Ended(worker, TrialState::kCompleted)};
  });
  Run(pool);
  EXPECT_THAT(files_.removed_, ElementsAre("1.pt", "late.pt", "2.pt", "3.pt"));
  EXPECT_THAT(files_.still_named_, IsEmpty());
  EXPECT_THAT(store_.CheckpointEpochs(), IsEmpty());
  EXPECT_THAT(store_.RetiredCheckpoints(), IsEmpty());
}

TEST_F(CoordinatorProgramTest, WhatACrashHasLeftIsRemovedBeforeAnythingIsTrained) {
  store_.RetireCheckpoint(Id(), "left.pt");
  store_.Commit();
  std::vector<std::string> removed_at_start;
  ScriptedPool pool(1, [&](int64_t worker, const TrialTask&, int) -> std::deque<Event> {
    removed_at_start = files_.removed_;
    return {Epoch(worker, 1, {{"top5", 1}}), Ended(worker, TrialState::kCompleted)};
  });
  Run(pool);
  EXPECT_THAT(removed_at_start, ElementsAre("left.pt"));
  EXPECT_THAT(store_.RetiredCheckpoints(), IsEmpty());
}

TEST_F(CoordinatorProgramTest, TheLastCheckpointStaysWhereItIsToBeKept) {
  files_.keeps_last_ = true;
  ScriptedPool pool(1, [this](int64_t worker, const TrialTask&, int) -> std::deque<Event> {
    return {Epoch(worker, 1, {{"top5", 1}}), Saved(worker, 1, "1.pt"),
            Epoch(worker, 2, {{"top5", 1}}), Saved(worker, 2, "2.pt"),
            Ended(worker, TrialState::kCompleted)};
  });
  Run(pool);
  EXPECT_THAT(files_.removed_, ElementsAre("1.pt"));
}

TEST_F(CoordinatorProgramTest, ACheckpointThatIsSavedAgainIsNotRemoved) {
  ScriptedPool pool(1, [this](int64_t worker, const TrialTask&, int attempt) -> std::deque<Event> {
    if (attempt > 1) return {};
    return {Epoch(worker, 1, {{"top5", 1}}), Saved(worker, 1, "1.pt"), Saved(worker, 1, "1.pt"),
            Ended(worker, TrialState::kPending, "", true)};
  });
  GridSource source(space_, store_.PendingIds());
  options_.files = &files_;
  Coordinator coordinator(
      source, store_, pool, view_, [&pool] { return pool.tasks_.size() < 2; },
      [this] { return now_ += pace_; },
      {.worker_timeout = std::chrono::hours(24), .stop_limit = {}, .files = &files_});
  coordinator.Run();
  EXPECT_THAT(files_.removed_, IsEmpty());
  EXPECT_EQ(store_.CheckpointEpochs().at(Id()), 1);
}

TEST_F(CoordinatorProgramTest, AnUnusableCheckpointIsRemovedBeforeTheTrialBeginsAnew) {
  std::vector<std::string> removed_at_start;
  ScriptedPool pool(
      1, [&](int64_t worker, const TrialTask& task, int attempt) -> std::deque<Event> {
        removed_at_start = files_.removed_;
        if (attempt == 1) {
          return {Epoch(worker, 1, {{"top5", 1}}), Saved(worker, 1, "1.pt"),
                  Ended(worker, TrialState::kPending, "", true)};
        }
        if (!task.checkpoint.empty()) return {Ended(worker, TrialState::kPending, "1.pt is gone")};
        return {Epoch(worker, 1, {{"top5", 1}}), Ended(worker, TrialState::kCompleted)};
      });
  Run(pool);
  EXPECT_EQ(pool.tasks_.size(), 3U);
  EXPECT_THAT(removed_at_start, ElementsAre("1.pt"));
  EXPECT_EQ(Row().state, "completed");
}

TEST_F(CoordinatorProgramTest, AFailureAfterAMinuteIsTheTrialsOwn) {
  const auto fail = [this](int64_t worker, const TrialTask&, int) -> std::deque<Event> {
    return {Ended(worker, TrialState::kFailed, "it broke")};
  };
  pace_ = std::chrono::minutes(2);
  ScriptedPool pool(2, fail);
  Run(pool);
  EXPECT_EQ(pool.tasks_.size(), 1U);
  EXPECT_EQ(Row().error, "it broke");
}

TEST_F(CoordinatorProgramTest, AFailureAtTheStartIsTriedOnAnotherWorker) {
  ScriptedPool pool(2, [this](int64_t worker, const TrialTask&, int) -> std::deque<Event> {
    return {Ended(worker, TrialState::kFailed, "no device")};
  });
  Run(pool);
  EXPECT_EQ(pool.tasks_.size(), 2U);
  EXPECT_EQ(Row().state, "failed");
}

}  // namespace
}  // namespace lrsweep
