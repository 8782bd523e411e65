#include "sweep/coordinator/pack_execution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "sweep/coordinator/local_worker_pool.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;

/// How a trial ends with its only epoch.
TrialState EndOf(AfterEpoch wanted) {
  if (wanted == AfterEpoch::kHold) return TrialState::kPending;
  return wanted == AfterEpoch::kEnd ? TrialState::kStopped : TrialState::kCompleted;
}

/// Reports one epoch of each member, one after another, and ends each as the observer asks.
class FakeExecutor : public Executor {
 public:
  WorkerInfo Describe() const override { return {0, "", "cpu", "fake", "none"}; }
  void Execute(const PackTask& pack, PackObserver& observer) override {
    for (size_t member = 0; member < pack.trials.size(); ++member) {
      if (pack.trials[member].trial_id == "broken") throw std::runtime_error("it broke");
      if (pack.trials[member].trial_id == "left") throw EndedUnasked("it left");
      if (pack.trials[member].trial_id == "deadly") throw ExecutorUnusable("its device failed");
      EpochRecord record;
      record.epoch = 1;
      if (pack.trials[member].checkpoint == "bad") throw UnusableCheckpoint(member, "it is bad");
      observer.OnEpoch(member, record);
      if (!observer.OnProgress(member, {})) return;
      const AfterEpoch wanted = observer.OnEpochEnd(member);
      if (wanted == AfterEpoch::kCheckpoint || wanted == AfterEpoch::kHold) {
        observer.OnCheckpoint(member, 1, "state");
      }
      observer.OnEnd(member, EndOf(wanted));
    }
  }
};

std::unique_ptr<Executor> MakeFake(const WorkerSetup& /*setup*/) {
  return std::make_unique<FakeExecutor>();
}

std::unique_ptr<Executor> MakeNone(const WorkerSetup& /*setup*/) {
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
    if (const auto* made = std::get_if<CheckpointMade>(&event)) {
      return "checkpoint of " + made->trial_id + ": " + made->data;
    }
    if (const auto* ended = std::get_if<TrialEnded>(&event)) {
      return ended->trial_id + " " + std::string(ToString(ended->state)) + ended->error;
    }
    return "progress";
  }
  std::vector<std::string> lines_;
};

class LocalWorkerPoolTest : public testing::Test {
 protected:
  void Train(const MakeExecutor& make, const std::vector<std::string>& pack) {
    LocalWorkerPool pool(make, setup_, [this] { return should_continue_; });
    pool.Wait(std::chrono::milliseconds(1), log_.Sink());
    PackTask task;
    for (const std::string& trial : pack) task.trials.push_back({trial, {}});
    if (pack.empty()) return;
    pool.Start(0, task);
    pool.Wait(std::chrono::milliseconds(1), log_.Sink());
  }
  bool should_continue_ = true;
  WorkerSetup setup_;
  EventLog log_;
};

TEST_F(LocalWorkerPoolTest, ReportsTheWholeTrial) {
  Train(MakeFake, {"abc"});
  EXPECT_THAT(log_.lines(), ElementsAre("ready 0 fake", "epoch of abc", "abc completed"));
}

TEST_F(LocalWorkerPoolTest, ExceptionMakesTheTrialFailed) {
  Train(MakeFake, {"broken"});
  EXPECT_THAT(log_.lines(), ElementsAre("ready 0 fake", "broken failedit broke"));
}

TEST_F(LocalWorkerPoolTest, AnUnusableExecutorIsReportedInPlaceOfTheEnds) {
  Train(MakeFake, {"abc", "deadly", "def"});
  EXPECT_THAT(log_.lines(), ElementsAre("ready 0 fake", "epoch of abc", "abc completed",
                                        "refused its device failed"));
}

TEST_F(LocalWorkerPoolTest, TheStateAfterAnEpochThatOthersShareIsSent) {
  setup_.checkpoint_seconds = 1e6;
  StartedExecutor started{std::make_unique<FakeExecutor>(), setup_};
  PackTask pack{{{"abc", {}}, {"def", {}}}};
  pack.trials[1].branch_epochs = {1, 3};
  ExecutePack(started, pack, log_.Sink(), [] { return Order::kContinue; });
  EXPECT_THAT(log_.lines(), ElementsAre("epoch of abc", "abc completed", "epoch of def",
                                        "checkpoint of def: state", "def completed"));
}

TEST_F(LocalWorkerPoolTest, AnUnusableExecutorIsPassedOnAndGone) {
  StartedExecutor started{std::make_unique<FakeExecutor>(), {}};
  EXPECT_THROW(
      ExecutePack(started, {{{"deadly", {}}}}, log_.Sink(), [] { return Order::kContinue; }),
      ExecutorUnusable);
  EXPECT_EQ(started.executor, nullptr);
}

TEST_F(LocalWorkerPoolTest, WhatTheSinkThrowsIsNotTheTrialsFault) {
  LocalWorkerPool pool(MakeFake, {}, [] { return true; });
  pool.Wait(std::chrono::milliseconds(1), [](const Event&) {});
  pool.Start(0, {{{"abc", {}}}});
  EXPECT_THROW(pool.Wait(std::chrono::milliseconds(1),
                         [](const Event&) { throw std::logic_error("the disk is full"); }),
               std::logic_error);
}

TEST_F(LocalWorkerPoolTest, StopCutsTheTrialOffAfterItsEpochWithACheckpoint) {
  should_continue_ = false;
  Train(MakeFake, {"abc", "def"});
  EXPECT_THAT(log_.lines(),
              ElementsAre("ready 0 fake", "epoch of abc", "checkpoint of abc: state", "abc pending",
                          "epoch of def", "checkpoint of def: state", "def pending"));
}

TEST_F(LocalWorkerPoolTest, AProgramIsNotAskedForCheckpointsButToHold) {
  setup_.program.emplace();
  setup_.checkpoint_seconds = 0;
  Train(MakeFake, {"abc"});
  EXPECT_THAT(log_.lines(), ElementsAre("ready 0 fake", "epoch of abc", "abc completed"));
  should_continue_ = false;
  Train(MakeFake, {"def"});
  EXPECT_THAT(log_.lines(), testing::IsSupersetOf({"checkpoint of def: state", "def pending"}));
}

TEST_F(LocalWorkerPoolTest, ATrialThatEndsUnaskedIsPendingAndSaysSo) {
  std::vector<TrialEnded> ends;
  LocalWorkerPool pool(MakeFake, setup_, [] { return true; });
  pool.Wait(std::chrono::milliseconds(1), log_.Sink());
  pool.Start(0, {{{"left", {}}}});
  pool.Wait(std::chrono::milliseconds(1), [&ends](const Event& event) {
    if (const auto* ended = std::get_if<TrialEnded>(&event)) ends.push_back(*ended);
  });
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].state, TrialState::kPending);
  EXPECT_EQ(ends[0].error, "it left");
  EXPECT_TRUE(ends[0].unasked);
}

TEST_F(LocalWorkerPoolTest, CheckpointsAreMadeWhenTheirTimeHasCome) {
  setup_.checkpoint_seconds = 0;
  Train(MakeFake, {"abc"});
  EXPECT_THAT(log_.lines(), ElementsAre("ready 0 fake", "epoch of abc", "checkpoint of abc: state",
                                        "abc completed"));
}

/// Trials of 50 epochs of 2 ms, with checkpoints of 20,000 bytes.
class BusyExecutor : public FakeExecutor {
 public:
  void Execute(const PackTask& /*pack*/, PackObserver& observer) override {
    for (int64_t epoch = 1; epoch <= 50; ++epoch) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      if (observer.OnEpochEnd(0) == AfterEpoch::kContinue) continue;
      observer.OnCheckpoint(0, epoch, std::string(20'000, 'x'));
    }
    observer.OnEnd(0, TrialState::kCompleted);
  }
};

TEST_F(LocalWorkerPoolTest, AllWorkersTogetherSendAtMost20MegabytesOfCheckpointsASecond) {
  // 20 workers: each sends 1 MB a second, 50 checkpoints. Of its very first one it does not know
  // the size.
  setup_.checkpoint_seconds = 0;
  setup_.workers = 20;
  LocalWorkerPool pool([](const WorkerSetup&) { return std::make_unique<BusyExecutor>(); }, setup_,
                       [] { return true; });
  pool.Wait(std::chrono::milliseconds(1), [](const Event&) {});
  const auto start = std::chrono::steady_clock::now();
  for (int trial = 0; trial < 2; ++trial) {
    pool.Start(0, {{{"abc", {}}}});
    pool.Wait(std::chrono::milliseconds(1), log_.Sink());
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const size_t made = log_.lines().size() - 2;  // the others are the trials' ends
  EXPECT_GE(made, 2U);
  EXPECT_LE(static_cast<double>(made), 1 + 50 * took.count());
}

TEST_F(LocalWorkerPoolTest, ATrialWhoseCheckpointCannotBeUsedIsPendingWithTheReason) {
  LocalWorkerPool pool(MakeFake, {}, [] { return true; });
  pool.Wait(std::chrono::milliseconds(1), [](const Event&) {});
  pool.Start(0, {{{"abc", {}, "bad"}, {"def", {}, ""}}});
  pool.Wait(std::chrono::milliseconds(1), log_.Sink());
  EXPECT_THAT(log_.lines(),
              ElementsAre("abc pendingits checkpoint could not be used: it is bad", "def pending"));
}

TEST_F(LocalWorkerPoolTest, ExceptionFailsTheMembersOfThePackThatHaveNotEnded) {
  Train(MakeFake, {"abc", "broken", "def"});
  EXPECT_THAT(log_.lines(), ElementsAre("ready 0 fake", "epoch of abc", "abc completed",
                                        "broken failedit broke", "def failedit broke"));
}

TEST_F(LocalWorkerPoolTest, OneTrialOfAPackIsHeldOrEndedAndTheOthersContinue) {
  LocalWorkerPool pool(MakeFake, {}, [] { return true; });
  pool.Wait(std::chrono::milliseconds(1), [](const Event&) {});
  PackTask pack{{{"abc", {}}, {"def", {}}, {"ghi", {}}}};
  pack.trials[0].until = 1;
  pool.Start(0, pack);
  const EventSink log = log_.Sink();
  pool.Wait(std::chrono::milliseconds(1), [&](const Event& event) {
    log(event);
    const auto* epoch = std::get_if<EpochFinished>(&event);
    if (epoch != nullptr && epoch->trial_id == "abc") pool.Send(0, {"def"});
  });
  EXPECT_THAT(log_.lines(),
              ElementsAre("epoch of abc", "checkpoint of abc: state", "abc pending", "epoch of def",
                          "def stopped", "epoch of ghi", "ghi completed"));
}

TEST_F(LocalWorkerPoolTest, AnOrderEndsWithThePackOfItsTrial) {
  LocalWorkerPool pool(MakeFake, {}, [] { return true; });
  pool.Wait(std::chrono::milliseconds(1), [](const Event&) {});
  const EventSink log = log_.Sink();
  for (int attempt = 0; attempt < 2; ++attempt) {
    pool.Start(0, {{{"abc", {}}}});
    if (attempt == 0) pool.Send(0, {"abc"});
    pool.Wait(std::chrono::milliseconds(1), log);
  }
  EXPECT_THAT(log_.lines(),
              ElementsAre("epoch of abc", "abc stopped", "epoch of abc", "abc completed"));
}

TEST_F(LocalWorkerPoolTest, PacksAreTrainedOneAWaitInTheirOrder) {
  LocalWorkerPool pool(MakeFake, {}, [] { return true; });
  pool.Wait(std::chrono::milliseconds(1), [](const Event&) {});
  pool.Start(0, {{{"abc", {}}}});
  pool.Start(0, {{{"def", {}}}});
  pool.Wait(std::chrono::milliseconds(1), log_.Sink());
  EXPECT_THAT(log_.lines(), ElementsAre("epoch of abc", "abc completed"));
  pool.Wait(std::chrono::milliseconds(1), log_.Sink());
  EXPECT_THAT(log_.lines(),
              ElementsAre("epoch of abc", "abc completed", "epoch of def", "def completed"));
}

TEST_F(LocalWorkerPoolTest, WorkerThatCannotTrainRefuses) {
  Train(MakeNone, {});
  EXPECT_THAT(log_.lines(), ElementsAre("refused no engine"));
}

}  // namespace
}  // namespace lrsweep
