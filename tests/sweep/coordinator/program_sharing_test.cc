// Trials of a user's program that share their first epochs: who continues from which checkpoint,
// and when its file goes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <utility>

#include "data/sha256.h"
#include "sweep/coordinator/coordinator.h"
#include "sweep/search/grid_source.h"
#include "sweep/search/trial_shape.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

SearchSpace SpaceOf(const std::string& epochs, const std::string& schedulers) {
  return SearchSpace(ParseSweepConfig(
      "name: t\ntrial: {command: [train], metrics: {loss: min}, resumable: exact}\n"
      "training: {epochs: " +
          epochs + "}\noptimizer: {lr: 1.0}\nscheduler:\n" + schedulers,
      "s.yaml"));
}

/// The files that programs have saved: "trial/c-3".
class Files : public TrialFiles {
 public:
  std::string RemoveCheckpoint(const std::string& trial_id, const std::string& data) override {
    there_.erase(trial_id + "/" + json::parse(data)["path"].get<std::string>());
    return "";
  }
  int64_t BytesOf(const std::string& data) const override { return json::parse(data)["bytes"]; }
  bool KeepsLast() const override { return false; }

  std::set<std::string> there_;
};

/// How the program behaves.
struct Habits {
  int64_t report_every = 1;      // epochs; and the last one
  int64_t checkpoint_every = 1;  // reports
  bool is_late = false;          // a checkpoint is said to be complete after the next report
  int64_t fails_after = 0;  // an epoch, of trials that apply the rate `fails_at` in it; 0: none
  double fails_at = 0;
};

/// Workers whose program computes a number from all rates so far. Each Wait lets one of them go on.
class Programs : public WorkerPool {
 public:
  Programs(int64_t workers, Habits habits, Files& files, uint32_t seed = 1)
      : workers_(workers), habits_(habits), files_(files), random_(seed) {
    for (int64_t worker = 1; worker <= workers; ++worker) {
      events_[worker].push_back(WorkerReady{{worker, "host", "cpu", kCommandEngine, "", 1}});
    }
  }

  int64_t size() const override { return workers_; }
  void Start(int64_t worker, const PackTask& pack) override { waiting_[worker].push_back(pack); }
  void Send(int64_t, const EndTrial&) override {}
  void StopAll() override { is_stopped_ = true; }
  void Dismiss(int64_t) override {}
  bool IsGone(int64_t) const override { return false; }

  void Wait(std::chrono::milliseconds, const EventSink& sink) override {
    const int64_t first = static_cast<int64_t>(random_()) % workers_;
    for (int64_t i = 0; i < workers_; ++i) {
      const int64_t worker = (first + i) % workers_ + 1;
      auto& events = events_[worker];
      if (is_stopped_ && events.empty()) continue;
      if (events.empty() && !waiting_[worker].empty()) {
        const TrialTask task = waiting_[worker].front().trials.at(0);
        waiting_[worker].pop_front();
        Train(worker, task);
      }
      if (events.empty()) continue;
      Event event = std::move(events.front());
      events.pop_front();
      if (const auto* made = std::get_if<CheckpointMade>(&event)) {
        files_.there_.insert(made->trial_id + "/" + PathOf(made->data));
      }
      return sink(event);
    }
  }

  std::vector<TrialTask> tasks_;      // in the order in which they began
  std::vector<std::string> missing_;  // checkpoints that were not there

 private:
  static std::string PathOf(const std::string& data) { return json::parse(data)["path"]; }

  void Train(int64_t worker, const TrialTask& task) {
    tasks_.push_back(task);
    auto& events = events_[worker];
    double state = 1;
    if (!task.checkpoint.empty()) {
      state = json::parse(task.checkpoint)["state"];
      const std::string of = task.checkpoint_of.empty() ? task.trial_id : task.checkpoint_of;
      const std::string file = of + "/" + PathOf(task.checkpoint);
      if (files_.there_.count(file) == 0) missing_.push_back(file);
      files_.there_.insert(task.trial_id + "/" + PathOf(task.checkpoint));  // its copy
    }
    const Trial trial{.id = task.trial_id, .params = task.params};
    TrialSchedule schedule = ScheduleOf(trial, 1);
    std::vector<double> history;
    if (!task.checkpoint.empty()) json::parse(task.checkpoint)["history"].get_to(history);
    for (const double value : history) schedule.OnEpochEnd(value);
    std::optional<Event> late;
    for (int64_t epoch = task.epochs_done + 1; epoch <= schedule.clock().epochs; ++epoch) {
      const double lr = schedule.At(epoch - 1).lr;
      if (epoch == habits_.fails_after + 1 && lr == habits_.fails_at) {
        events.push_back(TrialEnded{worker, trial.id, TrialState::kFailed, "it exited with 1"});
        return;
      }
      state = std::sin(state * 3 + lr);
      schedule.OnEpochEnd(state);
      history.push_back(state);
      const bool is_last = epoch == schedule.clock().epochs;
      if (epoch % habits_.report_every != 0 && !is_last) continue;
      events.push_back(EpochFinished{worker, trial.id, Reported(epoch, state, lr, is_last)});
      if (late) events.push_back(*std::exchange(late, std::nullopt));
      if (epoch % (habits_.report_every * habits_.checkpoint_every) != 0 || is_last) continue;
      const json saved = {{"path", "c-" + std::to_string(epoch)},
                          {"bytes", 10},
                          {"state", state},
                          {"history", history}};
      const std::string data = saved.dump();
      const Event made = CheckpointMade{worker, trial.id, epoch, Sha256Hex(data), data};
      if (habits_.is_late) {
        late = made;
      } else {
        events.push_back(made);
      }
    }
    events.push_back(TrialEnded{worker, trial.id, TrialState::kCompleted, ""});
  }

  static EpochRecord Reported(int64_t epoch, double state, double lr, bool is_last) {
    EpochRecord record;
    record.epoch = epoch;
    record.steps_done = epoch;
    record.losses = {static_cast<float>(state)};
    record.rates = {{lr}, {0.0}};
    record.metrics = {{"loss", state}};
    if (is_last) record.metrics["test"] = state;
    record.wall_seconds = 1;
    return record;
  }

  int64_t workers_;
  Habits habits_;
  Files& files_;
  std::mt19937 random_;
  bool is_stopped_ = false;
  std::map<int64_t, std::deque<Event>> events_;
  std::map<int64_t, std::deque<PackTask>> waiting_;
};

/// One sweep in its database.
class Sweep {
 public:
  explicit Sweep(const SearchSpace& space)
      : space_(space),
        store_(Store::Create(folder_ / "t.db",
                             {.name = "t",
                              .objective = {"loss", "min", "last"},
                              .engine = kCommandEngine,
                              .reported_metrics = {{.name = "loss", .better = Better::kLess}}},
                             space.size(), [&space](size_t i) { return space.At(i); })) {}

  /// Returns the tasks. `turns`: after so many the sweep is interrupted.
  std::vector<TrialTask> Run(const Habits& habits, bool shares = true, int64_t workers = 1,
                             int64_t turns = 1'000'000, uint32_t seed = 1,
                             int64_t branch_bytes = 1000) {
    GridSource source(space_, store_.PendingIds());
    if (shares) source.GatherShared(1);
    Programs programs(workers, habits, files_, seed);
    ProgressView view;
    Coordinator coordinator(
        source, store_, programs, view, [&turns] { return --turns > 0; },
        [this] { return now_ += std::chrono::milliseconds(1); },
        {.worker_timeout = std::chrono::hours(24),
         .stop_limit = std::chrono::milliseconds(20),
         .shares_with_images = shares ? 1 : 0,
         .branch_bytes = branch_bytes,
         .files = &files_});
    coordinator.Run();
    EXPECT_THAT(programs.missing_, IsEmpty());
    return programs.tasks_;
  }

  bool IsDone() const { return store_.PendingIds().empty(); }

  /// Every row but for who trained it: "0: 1 0.5 1 0.5 ...".
  std::vector<std::string> Rows() const {
    std::vector<std::string> rows;
    for (const TrialRow& trial : store_.Trials()) {
      std::string row = std::to_string(trial.index) + " " + trial.state + ":";
      for (const EpochRow& epoch : store_.Epochs(trial.trial_id)) {
        row += " " + std::to_string(epoch.epoch);
        for (const auto& [name, value] : epoch.metrics) row += " " + std::to_string(value);
      }
      rows.push_back(row);
    }
    return rows;
  }
  int64_t TrainedEpochs() const {
    int64_t epochs = 0;
    for (const TrialRow& trial : store_.Trials()) {
      for (const EpochRow& row : store_.Epochs(trial.trial_id)) epochs += row.trained_by.empty();
    }
    return epochs;
  }
  TrialRow Row(size_t index) const { return store_.TrialById(space_.At(index).id); }

  const SearchSpace& space_;
  TempFolder folder_;
  Store store_;
  Files files_;
  Coordinator::TimePoint now_;
};

/// The task of a trial of the space, by its number.
const TrialTask& TaskOf(const std::vector<TrialTask>& tasks, const SearchSpace& space,
                        size_t index) {
  for (const TrialTask& task : tasks) {
    if (task.trial_id == space.At(index).id) return task;
  }
  throw std::runtime_error("it was not trained");
}

constexpr const char* kPlateaus =
    "  - {type: ReduceLROnPlateau, metric: loss, patience: {grid: [0, 1, 2]}, factor: 0.3}\n";
constexpr const char* kSteps = "  - {type: StepLR, step_size: {grid: [5, 50]}, gamma: 0.1}\n";

TEST(ProgramSharingTest, ContinuesFromTheCheckpointWhereTheRatesPart) {
  const SearchSpace space = SpaceOf("12", kSteps);
  Sweep sweep(space);
  const auto tasks = sweep.Run({});
  ASSERT_EQ(tasks.size(), 2U);
  const TrialTask& follower = tasks.at(1);
  EXPECT_EQ(follower.epochs_done, 5);
  EXPECT_EQ(follower.checkpoint_of, tasks.at(0).trial_id);
  Sweep alone(space);
  alone.Run({}, false);
  EXPECT_EQ(sweep.Rows(), alone.Rows());
  EXPECT_EQ(sweep.TrainedEpochs(), 12 + 7);
  EXPECT_THAT(sweep.files_.there_, IsEmpty());
}

TEST(ProgramSharingTest, OrFromTheOneBefore) {
  const SearchSpace space = SpaceOf("12", kSteps);
  for (const bool is_late : {false, true}) {
    Sweep sweep(space);
    const auto tasks = sweep.Run({.checkpoint_every = 3, .is_late = is_late});
    EXPECT_EQ(tasks.at(1).epochs_done, 3) << is_late;
    EXPECT_EQ(json::parse(tasks.at(1).checkpoint)["path"], "c-3");
    EXPECT_THAT(sweep.files_.there_, IsEmpty());
  }
}

TEST(ProgramSharingTest, ACheckpointMayBeReportedAfterTheNextEpoch) {
  const SearchSpace space = SpaceOf("12", kSteps);
  Sweep sweep(space);
  EXPECT_EQ(sweep.Run({.is_late = true}).at(1).epochs_done, 5);
}

TEST(ProgramSharingTest, WithoutACheckpointATrialBeginsAnew) {
  const SearchSpace space = SpaceOf("12", kSteps);
  Sweep sweep(space);
  const auto tasks = sweep.Run({.checkpoint_every = 6});
  EXPECT_EQ(tasks.at(1).epochs_done, 0);
  EXPECT_EQ(tasks.at(1).checkpoint, "");
  EXPECT_EQ(sweep.TrainedEpochs(), 24);
}

TEST(ProgramSharingTest, EpochsThatAreLeftOutAreSharedAsFarAsThereIsARow) {
  const SearchSpace space = SpaceOf("12", kSteps);
  Sweep sweep(space), alone(space);
  EXPECT_EQ(sweep.Run({.report_every = 2}).at(1).epochs_done, 4);
  alone.Run({.report_every = 2}, false);
  EXPECT_EQ(sweep.Rows(), alone.Rows());
}

TEST(ProgramSharingTest, TheLastEpochIsEachLengthsOwn) {
  // Its report has a metric that others lack.
  const SearchSpace space =
      SpaceOf("{grid: [6, 12]}", "  - {type: StepLR, step_size: 50, gamma: 0.1}\n");
  Sweep sweep(space), alone(space);
  const auto tasks = sweep.Run({});
  EXPECT_EQ(TaskOf(tasks, space, 0).epochs_done, 5);
  alone.Run({}, false);
  EXPECT_EQ(sweep.Rows(), alone.Rows());
}

TEST(ProgramSharingTest, TrialsThatAreTheSameToTheEndAreTrainedOnce) {
  const SearchSpace space =
      SpaceOf("6", "  - {type: StepLR, step_size: {grid: [7, 8, 9]}, gamma: 0.1}\n");
  Sweep sweep(space), alone(space);
  EXPECT_EQ(sweep.Run({}).size(), 1U);
  alone.Run({}, false);
  EXPECT_EQ(sweep.Rows(), alone.Rows());
  EXPECT_EQ(sweep.TrainedEpochs(), 6);
}

TEST(ProgramSharingTest, WhatFailsFailsForThoseThatAreTheSameAlone) {
  // Two that fail in epoch 4 at rate 1, one that has another rate there.
  const SearchSpace space =
      SpaceOf("6", "  - {type: StepLR, step_size: {grid: [7, 8, 3]}, gamma: 0.1}\n");
  Sweep sweep(space);
  sweep.Run({.fails_after = 3, .fails_at = 1.0}, true, 2);
  EXPECT_EQ(sweep.Row(0).state, "failed");
  EXPECT_EQ(sweep.Row(1).state, "failed");
  EXPECT_EQ(sweep.Row(1).error, sweep.Row(0).error);
  EXPECT_EQ(sweep.Row(2).state, "completed");
  EXPECT_EQ(sweep.Row(2).shared_epochs, 3);
  EXPECT_THAT(sweep.files_.there_, IsEmpty());
}

TEST(ProgramSharingTest, WhoPartsLaterTriesForItself) {
  // Both apply rate 1 in epoch 4, in which both fail.
  const SearchSpace space = SpaceOf("6", kSteps);
  Sweep sweep(space);
  const auto tasks = sweep.Run({.fails_after = 3, .fails_at = 1.0}, true, 2);
  EXPECT_EQ(sweep.Row(0).state, "failed");
  EXPECT_EQ(sweep.Row(1).state, "failed");
  EXPECT_GE(sweep.store_.Attempts(space.At(0).id).size(), 1U);
  EXPECT_GE(sweep.store_.Attempts(space.At(1).id).size(), 1U);
}

TEST(ProgramSharingTest, BeyondTheSpaceForWaitingFilesATrialBeginsAnew) {
  // Two that part from the first one, each at another epoch: two files of ten bytes.
  const SearchSpace space =
      SpaceOf("12", "  - {type: StepLR, step_size: {grid: [50, 3, 5]}, gamma: 0.1}\n");
  const auto begun_after = [&space](int64_t branch_bytes) {
    Sweep sweep(space);
    const auto tasks = sweep.Run({}, true, 1, 1'000'000, 1, branch_bytes);
    EXPECT_EQ(tasks.size(), 3U);
    return std::vector{TaskOf(tasks, space, 1).epochs_done, TaskOf(tasks, space, 2).epochs_done};
  };
  EXPECT_THAT(begun_after(9), ElementsAre(0, 0));
  EXPECT_THAT(begun_after(10), ElementsAre(3, 0));
  EXPECT_THAT(begun_after(20), ElementsAre(3, 5));
}

/// A trial that has failed after epoch 5, to be tried again, and another one that is to continue
/// from its checkpoint.
void ShareAndFail(const std::string& failed, const std::string& borrower, Sweep& sweep) {
  const std::string data =
      json{{"path", "c-5"}, {"bytes", 10}, {"state", 0.5}, {"history", {0.5}}}.dump();
  EpochRecord record;
  record.epoch = record.steps_done = 5;
  record.losses = {0};
  record.rates = {{1.0}, {0.0}};
  record.metrics = {{"loss", 0.5}};
  sweep.store_.BeginAttempt(failed, {1, "host", "cpu", kCommandEngine, "", 1});
  sweep.store_.AddEpoch(failed, record);
  sweep.store_.SaveCheckpoint(failed, {5, Sha256Hex(data), data});
  const Checkpoint state{5, Sha256Hex(data), data, failed};
  sweep.store_.ShareEpochs(failed, borrower, 5, &state);
  sweep.store_.EndAttempt(failed, TrialState::kFailed, "no luck");
  sweep.store_.RetireCheckpoint(failed, data);
  sweep.store_.RetryFailed();
  sweep.store_.Commit();
  sweep.files_.there_ = {failed + "/c-5"};
}

TEST(ProgramSharingTest, AProgramThatBeginsAnewTakesItsFilesBack) {
  const SearchSpace space = SpaceOf("12", kSteps);
  Sweep sweep(space), alone(space);
  ShareAndFail(space.At(0).id, space.At(1).id, sweep);
  const auto tasks = sweep.Run({}, false);
  EXPECT_EQ(TaskOf(tasks, space, 0).epochs_done, 0);
  EXPECT_EQ(TaskOf(tasks, space, 1).epochs_done, 0);
  alone.Run({}, false);
  EXPECT_EQ(sweep.Rows(), alone.Rows());
  EXPECT_THAT(sweep.files_.there_, IsEmpty());
}

TEST(ProgramSharingTest, OrContinuesFromItsOwnFileThatTheOtherOneHad) {
  const SearchSpace space = SpaceOf("12", kSteps);
  Sweep sweep(space);
  ShareAndFail(space.At(1).id, space.At(0).id, sweep);
  const auto tasks = sweep.Run({});
  EXPECT_EQ(TaskOf(tasks, space, 0).checkpoint_of, space.At(1).id);
  EXPECT_EQ(TaskOf(tasks, space, 1).epochs_done, 5);
  EXPECT_EQ(TaskOf(tasks, space, 1).checkpoint_of, "");
  EXPECT_THAT(sweep.files_.there_, IsEmpty());
}

TEST(ProgramSharingTest, HoweverOftenItIsInterruptedTheRowsAreThose) {
  std::mt19937 random(7);
  const auto draw = [&random](int64_t below) { return static_cast<int64_t>(random()) % below; };
  int64_t interrupted = 0;
  for (uint32_t seed = 0; seed < 12; ++seed) {
    const bool skips = draw(3) == 0;
    const SearchSpace space =
        SpaceOf("{grid: [5, 9, 12]}",
                "  - {type: StepLR, step_size: {grid: [2, 3, 5, 50]}, gamma: 0.1}\n"
                "  - {type: MultiStepLR, milestones: {grid: [[3], [3, 7], [20]]}, gamma: 0.5}\n" +
                    std::string(skips ? "" : kPlateaus));
    const Habits habits{
        .report_every = skips ? 2 : 1, .checkpoint_every = 1 + draw(4), .is_late = draw(2) == 1};
    Sweep sweep(space), alone(space);
    while (!sweep.IsDone()) {
      sweep.Run(habits, true, 1 + draw(3), 1 + draw(120), seed, 10 * draw(30));
      ++interrupted;
    }
    alone.Run(habits, false);
    ASSERT_EQ(sweep.Rows(), alone.Rows()) << seed;
    ASSERT_THAT(sweep.files_.there_, IsEmpty()) << seed;
    ASSERT_THAT(sweep.store_.RetiredCheckpoints(), IsEmpty()) << seed;
  }
  EXPECT_GT(interrupted, 20);
}

}  // namespace
}  // namespace lrsweep
