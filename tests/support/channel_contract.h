// What holds for the worker pool over every channel: three processes, of which the coordinator runs
// the tests, and the others are its workers. A program includes this and calls RunChannelTests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sweep/messages/channel_worker_pool.h"
#include "sweep/messages/worker_process.h"

namespace lrsweep {

constexpr size_t kManySteps = 100'000;  // over a megabyte of losses and rates, hundreds of frames

inline Channel* channel = nullptr;

class FakeExecutor : public Executor {
 public:
  explicit FakeExecutor(const WorkerSetup& setup) : setup_(setup) {}

  WorkerInfo Describe() const override {
    return {0, "", "index " + std::to_string(setup_.worker_index), "fake", setup_.dataset_folder};
  }
  void Execute(const PackTask& pack, PackObserver& observer) override {
    std::vector<size_t> patient;  // members that train until they are told otherwise
    for (size_t member = 0; member < pack.trials.size(); ++member) {
      const TrialTask& task = pack.trials[member];
      if (task.trial_id == "broken") throw std::runtime_error("it broke");
      if (task.trial_id == "deadly") throw ExecutorUnusable("its device failed");
      if (task.trial_id == "long") observer.OnEpoch(member, LongEpoch());
      if (!observer.OnProgress(member, {})) return;
      if (task.trial_id.starts_with("patient")) {
        patient.push_back(member);
        if (task.until > 0) observer.OnEpoch(member, {.epoch = task.until});
      } else if (task.trial_id != "brief" || Continues(member, observer)) {
        observer.OnEnd(member, TrialState::kCompleted);
      }
    }
    while (!patient.empty()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      if (!observer.OnProgress(patient.front(), {})) return;
      std::erase_if(patient, [&](size_t member) { return !Continues(member, observer); });
    }
  }

 private:
  /// Whether the member is told to continue after an epoch; does what it is told otherwise.
  static bool Continues(size_t member, PackObserver& observer) {
    const AfterEpoch wanted = observer.OnEpochEnd(member);
    if (wanted == AfterEpoch::kHold) observer.OnCheckpoint(member, 1, "state");
    if (wanted == AfterEpoch::kHold) observer.OnEnd(member, TrialState::kPending);
    if (wanted == AfterEpoch::kEnd) observer.OnEnd(member, TrialState::kStopped);
    return wanted == AfterEpoch::kContinue || wanted == AfterEpoch::kCheckpoint;
  }

  static EpochRecord LongEpoch() {
    EpochRecord record;
    record.epoch = 1;
    for (size_t step = 0; step < kManySteps; ++step) {
      record.losses.push_back(static_cast<float>(step));
      record.rates.lr.push_back(0.5 * static_cast<double>(step));
    }
    record.rates.momentum = {0.9};
    return record;
  }

  WorkerSetup setup_;
};

/// A pack of these trials.
inline PackTask PackOf(const std::vector<std::string>& ids, const Map& params = {}) {
  PackTask pack;
  for (const std::string& id : ids) pack.trials.push_back({id, params});
  return pack;
}

/// What the events say ended, in their order.
inline std::vector<std::string> Ended(const std::vector<Event>& events) {
  std::vector<std::string> ids;
  for (const Event& event : events) {
    if (const auto* ended = std::get_if<TrialEnded>(&event)) ids.push_back(ended->trial_id);
  }
  return ids;
}

/// The one pool of this run: a worker announces itself once.
inline ChannelWorkerPool& Pool() {
  static ChannelWorkerPool pool(*channel, {.engine = "cpu", .dataset_folder = "/data"});
  return pool;
}

/// Waits until `enough` events have come.
inline std::vector<Event> Collect(size_t enough) {
  std::vector<Event> events;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (events.size() < enough && std::chrono::steady_clock::now() < limit) {
    Pool().Wait(std::chrono::milliseconds(100),
                [&events](Event event) { events.push_back(std::move(event)); });
  }
  return events;
}

TEST(ChannelTest, EveryOtherRankAnnouncesItself) {
  EXPECT_EQ(Pool().size(), 2);
  EXPECT_TRUE(channel->workers_have_gpus());
  std::map<int64_t, std::string> devices;
  for (const Event& event : Collect(2)) {
    const WorkerInfo& info = std::get<WorkerReady>(event).info;
    devices[info.worker] = info.device;
    EXPECT_EQ(info.cpu_target, "/data");
    EXPECT_NE(info.host, "");
  }
  // Places among the workers of a node count from 0, though rank 0 is on this node too.
  EXPECT_EQ(devices, (std::map<int64_t, std::string>{{1, "index 0"}, {2, "index 1"}}));
}

TEST(ChannelTest, LargeEpochArrivesWhole) {
  Pool().Start(2, PackOf({"long"}));
  const auto events = Collect(2);
  ASSERT_EQ(events.size(), 2U);
  const auto& finished = std::get<EpochFinished>(events[0]);
  EXPECT_EQ(finished.worker, 2);
  ASSERT_EQ(finished.record.losses.size(), kManySteps);
  EXPECT_EQ(finished.record.losses.back(), static_cast<float>(kManySteps - 1));
  EXPECT_EQ(finished.record.rates.lr.back(), 0.5 * static_cast<double>(kManySteps - 1));
  EXPECT_EQ(std::get<TrialEnded>(events[1]).state, TrialState::kCompleted);
}

TEST(ChannelTest, WorkerThatThrowsFailsItsTrialAndTakesTheNext) {
  Pool().Start(1, PackOf({"broken"}));
  const auto events = Collect(1);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(std::get<TrialEnded>(events[0]).state, TrialState::kFailed);
  EXPECT_EQ(std::get<TrialEnded>(events[0]).error, "it broke");
  Pool().Start(1, PackOf({"abc"}));
  EXPECT_EQ(std::get<TrialEnded>(Collect(1).back()).state, TrialState::kCompleted);
}

TEST(ChannelTest, LargePackArrivesWhole) {
  std::vector<std::string> ids;
  for (int i = 0; i < 64; ++i) ids.push_back("trial" + std::to_string(i));
  // 64 KB and more, in several frames.
  Pool().Start(1, PackOf(ids, {{"long", std::string(1000, 'x')}}));
  EXPECT_EQ(Ended(Collect(64)), ids);
}

TEST(ChannelTest, PrefetchedPacksAreTrainedInTheirOrder) {
  Pool().Start(1, PackOf({"long"}));
  Pool().Start(1, PackOf({"abc", "def"}));
  Pool().Start(1, PackOf({"ghi"}));
  EXPECT_EQ(Ended(Collect(5)), (std::vector<std::string>{"long", "abc", "def", "ghi"}));
}

TEST(ChannelTest, BrokenMemberFailsTheRestOfItsPack) {
  Pool().Start(1, PackOf({"abc", "broken", "def"}));
  std::vector<TrialState> states;
  for (const Event& event : Collect(3)) states.push_back(std::get<TrialEnded>(event).state);
  EXPECT_EQ(states, (std::vector<TrialState>{TrialState::kCompleted, TrialState::kFailed,
                                             TrialState::kFailed}));
}

TEST(ChannelTest, OneTrialOfAPackIsHeldAndAnotherEnded) {
  PackTask pack = PackOf({"patient 1", "patient 2", "patient 3"});
  pack.trials[1].until = 1;
  Pool().Start(1, pack);
  const auto held = Collect(3);
  ASSERT_EQ(held.size(), 3U);
  EXPECT_EQ(std::get<EpochFinished>(held[0]).trial_id, "patient 2");
  EXPECT_EQ(std::get<CheckpointMade>(held[1]).data, "state");
  EXPECT_EQ(std::get<TrialEnded>(held[2]).trial_id, "patient 2");
  EXPECT_EQ(std::get<TrialEnded>(held[2]).state, TrialState::kPending);
  Pool().Send(1, {"patient 1"});
  const auto ended = Collect(1);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(std::get<TrialEnded>(ended[0]).trial_id, "patient 1");
  EXPECT_EQ(std::get<TrialEnded>(ended[0]).state, TrialState::kStopped);
  Pool().Send(1, {"patient 3"});
  EXPECT_EQ(Ended(Collect(1)), (std::vector<std::string>{"patient 3"}));
}

TEST(ChannelTest, AnOrderForATrialThatTheWorkerDoesNotHaveIsIgnored) {
  Pool().Send(1, {"brief"});
  Pool().Start(1, PackOf({"brief"}));
  const auto events = Collect(1);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(std::get<TrialEnded>(events[0]).state, TrialState::kCompleted);
}

TEST(ChannelTest, WaitReturnsAtItsTimeout) {
  const auto before = std::chrono::steady_clock::now();
  Pool().Wait(std::chrono::milliseconds(50), [](const Event&) { FAIL() << "no event is due"; });
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(50));
}

/// Comes last: the worker trains nothing after it.
TEST(ChannelTest, AWorkerWhoseExecutorIsUnusableSaysSoAndEndsWhereTheOthersSurviveThat) {
  Pool().Start(2, PackOf({"abc", "deadly"}));
  Pool().Start(2, PackOf({"def"}));
  const auto events = Collect(2);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(Ended(events), (std::vector<std::string>{"abc"}));
  EXPECT_EQ(std::get<WorkerRefused>(events[1]).reason, "its device failed");
  EXPECT_EQ(std::get<WorkerRefused>(events[1]).worker, 2);
  if (channel->survives_deaths()) {
    const auto end = Collect(1);
    ASSERT_EQ(end.size(), 1U);
    EXPECT_EQ(std::get<WorkerGone>(end[0]).worker, 2);
    EXPECT_EQ(std::get<WorkerGone>(end[0]).how, "its process ended with exit status 0");
  }
  Pool().Start(2, PackOf({"ghi"}));
  Pool().Wait(std::chrono::milliseconds(100), [](const Event&) { FAIL() << "no event is due"; });
  EXPECT_EQ(Pool().IsGone(2), channel->survives_deaths());
}

/// Runs the tests in the process that `connect` makes the coordinator, and a worker in the others.
/// Returns the exit status.
inline int RunChannelTests(int argc, char** argv,
                           const std::function<std::unique_ptr<Channel>()>& connect) {
  testing::InitGoogleTest(&argc, argv);
  const auto connected = connect();
  channel = connected.get();
  if (channel->rank() == kCoordinatorRank) {
    const int status = RUN_ALL_TESTS();
    ShutDownWorkers(*channel);
    return status;
  }
  RunWorkerProcess(*channel,
                   [](const WorkerSetup& setup) { return std::make_unique<FakeExecutor>(setup); });
  return 0;
}

}  // namespace lrsweep
