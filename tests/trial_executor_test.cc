#include "sweep/trial_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "sweep/local_worker_pool.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;

/// Reports one epoch and ends as it is told.
class FakeExecutor : public TrialExecutor {
 public:
  WorkerInfo Describe() const override { return {0, "", "cpu", "fake", "none"}; }
  TrialState Execute(const TrialTask& task, const std::function<void(EpochRecord)>& on_epoch,
                     const std::function<bool(const TrialProgressed&)>& on_progress) override {
    if (task.trial_id == "broken") throw std::runtime_error("it broke");
    EpochRecord record;
    record.epoch = 1;
    on_epoch(record);
    return on_progress({}) ? TrialState::kCompleted : TrialState::kPending;
  }
};

std::unique_ptr<TrialExecutor> MakeFake(const WorkerSetup& /*setup*/) {
  return std::make_unique<FakeExecutor>();
}

std::unique_ptr<TrialExecutor> MakeNone(const WorkerSetup& /*setup*/) {
  throw std::runtime_error("no engine");
}

/// The kinds of events in order, with what tells them apart.
class EventLog {
 public:
  EventSink Sink() {
    return [this](const Event& event) { lines_.push_back(Line(event)); };
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  static std::string Line(const Event& event) {
    if (const auto* ready = std::get_if<WorkerReady>(&event)) {
      return "ready " + std::to_string(ready->info.worker) + " " + ready->info.engine;
    }
    if (const auto* refused = std::get_if<WorkerRefused>(&event))
      return "refused " + refused->reason;
    if (const auto* epoch = std::get_if<EpochFinished>(&event))
      return "epoch of " + epoch->trial_id;
    if (const auto* ended = std::get_if<TrialEnded>(&event)) {
      return ended->trial_id + " " + std::string(ToString(ended->state)) + ended->error;
    }
    return "progress";
  }
  std::vector<std::string> lines_;
};

class LocalWorkerPoolTest : public testing::Test {
 protected:
  void Train(const MakeExecutor& make, const std::string& trial) {
    LocalWorkerPool pool(make, {}, [this] { return go_on_; });
    pool.Wait(std::chrono::milliseconds(1), log_.Sink());
    if (trial.empty()) return;
    pool.Start(0, {trial, {}});
    pool.Wait(std::chrono::milliseconds(1), log_.Sink());
  }
  bool go_on_ = true;
  EventLog log_;
};

TEST_F(LocalWorkerPoolTest, ReportsTheWholeTrial) {
  Train(MakeFake, "abc");
  EXPECT_THAT(log_.lines(), ElementsAre("ready 0 fake", "epoch of abc", "abc completed"));
}

TEST_F(LocalWorkerPoolTest, ExceptionMakesTheTrialFailed) {
  Train(MakeFake, "broken");
  EXPECT_THAT(log_.lines(), ElementsAre("ready 0 fake", "broken failedit broke"));
}

TEST_F(LocalWorkerPoolTest, WhatTheSinkThrowsIsNotTheTrialsFault) {
  LocalWorkerPool pool(MakeFake, {}, [] { return true; });
  pool.Wait(std::chrono::milliseconds(1), [](const Event&) {});
  pool.Start(0, {"abc", {}});
  EXPECT_THROW(pool.Wait(std::chrono::milliseconds(1),
                         [](const Event&) { throw std::logic_error("the disk is full"); }),
               std::logic_error);
}

TEST_F(LocalWorkerPoolTest, StopCutsTheTrialOff) {
  go_on_ = false;
  Train(MakeFake, "abc");
  EXPECT_THAT(log_.lines(), ElementsAre("ready 0 fake", "epoch of abc", "abc pending"));
}

TEST_F(LocalWorkerPoolTest, WorkerThatCannotTrainRefuses) {
  Train(MakeNone, "");
  EXPECT_THAT(log_.lines(), ElementsAre("refused no engine"));
}

}  // namespace
}  // namespace lrsweep
