#include "sweep/messages/rank_relay.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "sweep/messages/message.h"

namespace lrsweep {
namespace {

using Clock = Channel::Clock;

constexpr int64_t kWorker = 1;  // the rank of a channel's only worker
constexpr int kMostAtOnce = 16;
// MPI has to be asked for messages: after this time, which grows in silence.
constexpr auto kShortestWait = std::chrono::milliseconds(1);
constexpr auto kLongestWait = std::chrono::milliseconds(10);
constexpr auto kSilence = std::chrono::seconds(1);

/// The first message to the worker.
struct Place {
  int64_t rank, size, worker_index, workers_of_node, workers_have_gpus;
};

Bytes ToBytes(const Place& place) {
  Bytes bytes(sizeof place);
  std::memcpy(bytes.data(), &place, sizeof place);
  return bytes;
}

Place ToPlace(const Bytes& bytes) {
  Place place{};
  std::memcpy(&place, bytes.data(), std::min(bytes.size(), sizeof place));
  return place;
}

/// A worker's channel to the rank that has forked it.
class PlacedChannel : public Channel {
 public:
  PlacedChannel(std::unique_ptr<Channel> to_rank, const Place& place)
      : to_rank_(std::move(to_rank)), place_(place) {}

  int64_t rank() const override { return place_.rank; }
  int64_t size() const override { return place_.size; }
  int64_t worker_index() const override { return place_.worker_index; }
  int64_t workers_of_node() const override { return place_.workers_of_node; }
  bool workers_have_gpus() const override { return place_.workers_have_gpus != 0; }
  bool survives_deaths() const override { return true; }

  void Send(int64_t to, const Bytes& message) override { to_rank_->Send(to, message); }
  std::optional<ReceivedMessage> Receive() override { return to_rank_->Receive(); }
  void WaitForMessage(Clock::time_point limit) override { to_rank_->WaitForMessage(limit); }
  bool IsGone(int64_t rank) const override { return to_rank_->IsGone(rank); }
  /// The rank watches the coordinator.
  void LimitSilence(Clock::duration /*silence_limit*/) override {}
  bool IsBroken() override { return to_rank_->IsBroken(); }
  [[noreturn]] void Leave(int status) override {
    to_rank_->Leave(status);
    std::abort();  // never reached: the compiler does not believe a virtual function
  }

 private:
  std::unique_ptr<Channel> to_rank_;
  Place place_;
};

class Relay {
 public:
  Relay(Channel& coordinator, Channel& worker) : coordinator_(coordinator), worker_(worker) {}

  void Run() {
    prctl(PR_SET_NAME, "lrsweep-relay");
    worker_.Send(kWorker, ToBytes({coordinator_.rank(), coordinator_.size(),
                                   coordinator_.worker_index(), coordinator_.workers_of_node(),
                                   coordinator_.workers_have_gpus() ? 1 : 0}));
    while (!is_told_to_end_ || !is_worker_gone_) {
      if (PassOn()) last_message_ = Clock::now();
      if (coordinator_.IsBroken()) _exit(kOrphanStatus);
      const bool is_silent = Clock::now() - last_message_ > kSilence;
      worker_.WaitForMessage(Clock::now() + (is_silent ? kLongestWait : kShortestWait));
    }
  }

 private:
  /// Passes on what has come. Returns whether there was something.
  bool PassOn() {
    bool has_come = false;
    while (const auto command = coordinator_.Receive()) {
      has_come = true;
      OnCommand(command->bytes);
    }
    // A worker may send faster than this loop: look for commands all the same.
    for (int count = 0; count < kMostAtOnce; ++count) {
      const auto event = worker_.Receive();
      if (!event) break;
      has_come = true;
      coordinator_.Send(kCoordinatorRank, event->bytes);
    }
    if (const auto ended = worker_.TakeEnded()) {
      is_worker_gone_ = true;
      const WorkerGone gone{coordinator_.rank(), ended->how};
      if (!is_told_to_end_) coordinator_.Send(kCoordinatorRank, Encode(Event(gone)));
    }
    return has_come;
  }

  void OnCommand(const Bytes& command) {
    static const Bytes kShutdown = Encode(Command(Shutdown{}));
    static const Bytes kAlive = Encode(Command(Alive{}));
    if (command == kAlive) return;  // it is for this rank, which watches the coordinator
    is_told_to_end_ = is_told_to_end_ || command == kShutdown;
    if (!has_limit_) LimitSilence(command);  // in the first command
    worker_.Send(kWorker, command);
  }

  /// Sets the limit of the coordinator's silence, which the worker's setup says.
  void LimitSilence(const Bytes& command) {
    const Command decoded = DecodeCommand(command);
    const auto* setup = std::get_if<WorkerSetup>(&decoded);
    if (setup == nullptr) return;
    has_limit_ = true;
    const std::chrono::duration<double> silence(setup->silence_seconds);
    coordinator_.LimitSilence(std::chrono::duration_cast<Clock::duration>(silence));
  }

  Channel& coordinator_;
  Channel& worker_;
  bool is_told_to_end_ = false;
  bool is_worker_gone_ = false;
  bool has_limit_ = false;
  Clock::time_point last_message_ = Clock::now();
};

}  // namespace

void RelayMessages(Channel& coordinator, Channel& worker) { Relay(coordinator, worker).Run(); }

std::unique_ptr<Channel> AtPlaceOfRank(std::unique_ptr<Channel> rank) {
  for (;;) {
    if (const auto message = rank->Receive()) {
      const Place place = ToPlace(message->bytes);
      prctl(PR_SET_NAME, ("lrsweep-" + std::to_string(place.rank)).c_str());
      return std::make_unique<PlacedChannel>(std::move(rank), place);
    }
    if (rank->IsBroken()) _exit(kOrphanStatus);
    rank->WaitForMessage(Clock::now() + kSilence);
  }
}

}  // namespace lrsweep
