// A rank without a training of its own, between a coordinator (the test) and its forked worker.

#include "sweep/messages/rank_relay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sweep/forked/forked_workers.h"
#include "sweep/messages/message.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;

/// The rank's channel: the coordinator's commands are there from the beginning, and the last one,
/// Shutdown, comes when `events` are enough.
class FakeRank : public Channel {
 public:
  FakeRank(const std::vector<Command>& commands, size_t enough) : enough_(enough) {
    for (const Command& command : commands) commands_.push_back(Encode(command));
  }

  int64_t rank() const override { return 5; }
  int64_t size() const override { return 9; }
  int64_t worker_index() const override { return 2; }
  int64_t workers_of_node() const override { return 4; }
  bool workers_have_gpus() const override { return true; }
  bool survives_deaths() const override { return false; }
  void Send(int64_t to, const Bytes& message) override {
    EXPECT_EQ(to, kCoordinatorRank);
    events.push_back(DecodeEvent(message, rank()));
  }
  std::optional<ReceivedMessage> Receive() override {
    if (commands_.empty() && events.size() >= enough_ && !std::exchange(has_ended_, true)) {
      commands_.push_back(Encode(Command(Shutdown{})));
    }
    if (commands_.empty()) return std::nullopt;
    ReceivedMessage message{kCoordinatorRank, commands_.front()};
    commands_.pop_front();
    return message;
  }
  void WaitForMessage(Clock::time_point /*limit*/) override {}
  bool IsGone(int64_t /*rank*/) const override { return false; }
  void LimitSilence(Clock::duration limit) override { silence_limit = limit; }
  bool IsBroken() override { return false; }
  [[noreturn]] void Leave(int status) override { _exit(status); }

  std::vector<Event> events;
  Clock::duration silence_limit{};

 private:
  std::deque<Bytes> commands_;
  size_t enough_;
  bool has_ended_ = false;
};

/// Relays between `rank` and a forked worker that does `work`.
void Relay(FakeRank& rank, const std::function<void(Channel&)>& work) {
  alarm(30);  // of this test process
  auto channel = ForkWorkers(1, false);
  if (channel->rank() != kCoordinatorRank) {
    const auto placed = AtPlaceOfRank(std::move(channel));
    work(*placed);
    placed->Leave(0);
  }
  RelayMessages(rank, *channel);
  alarm(0);
}

/// The next command, which has to come.
Command Await(Channel& channel) {
  for (;;) {
    if (const auto message = channel.Receive()) return DecodeCommand(message->bytes);
    channel.WaitForMessage(Channel::Clock::now() + std::chrono::seconds(1));
    if (channel.IsBroken()) _exit(1);
  }
}

TEST(RankRelayTest, GivesTheWorkerTheRanksPlaceAndPassesMessagesOn) {
  FakeRank rank(
      {WorkerSetup{.engine = "cpu", .silence_seconds = 7}, PackTask{.trials = {{"a", {}}}}}, 2);
  Relay(rank, [](Channel& worker) {
    const auto setup = std::get<WorkerSetup>(Await(worker));
    const auto pack = std::get<PackTask>(Await(worker));
    const std::string place =
        std::to_string(worker.rank()) + " of " + std::to_string(worker.size()) + ", " +
        std::to_string(worker.worker_index()) + " of " + std::to_string(worker.workers_of_node()) +
        (worker.workers_have_gpus() ? " with GPUs" : "");
    worker.Send(kCoordinatorRank, Encode(Event(WorkerRefused{0, setup.engine, place})));
    // More than a socket takes at once.
    worker.Send(kCoordinatorRank, Encode(Event(CheckpointMade{0, pack.trials.front().trial_id, 1,
                                                              "", std::string(10'000'000, 'x')})));
    Await(worker);  // Shutdown
  });
  ASSERT_EQ(rank.events.size(), 2U);
  EXPECT_EQ(std::get<WorkerRefused>(rank.events[0]).reason, "5 of 9, 2 of 4 with GPUs");
  EXPECT_EQ(std::get<WorkerRefused>(rank.events[0]).worker, 5);
  const auto& checkpoint = std::get<CheckpointMade>(rank.events[1]);
  EXPECT_EQ(checkpoint.trial_id, "a");
  EXPECT_EQ(checkpoint.data.size(), 10'000'000U);
  EXPECT_EQ(rank.silence_limit, std::chrono::seconds(7));
}

TEST(RankRelayTest, ReportsAWorkerThatDiedAndStaysUntilItIsToldToEnd) {
  FakeRank rank({WorkerSetup{}}, 2);
  Relay(rank, [](Channel& worker) {
    Await(worker);
    worker.Send(kCoordinatorRank, Encode(Event(TrialEnded{0, "a"})));
    raise(SIGKILL);
  });
  ASSERT_EQ(rank.events.size(), 2U);
  EXPECT_EQ(std::get<TrialEnded>(rank.events[0]).trial_id, "a");
  EXPECT_EQ(std::get<WorkerGone>(rank.events[1]).worker, 5);
  EXPECT_THAT(std::get<WorkerGone>(rank.events[1]).how, HasSubstr("SIGKILL"));
}

TEST(RankRelayTest, AWorkerThatEndsAsItIsToldIsNotReported) {
  FakeRank rank({WorkerSetup{}}, 0);
  Relay(rank, [](Channel& worker) {
    Await(worker);
    Await(worker);  // Shutdown
  });
  EXPECT_TRUE(rank.events.empty());
}

}  // namespace
}  // namespace lrsweep
