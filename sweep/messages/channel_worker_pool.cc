#include "sweep/messages/channel_worker_pool.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sweep/messages/message.h"

namespace lrsweep {
namespace {

constexpr std::chrono::duration<double> kAliveInterval(10);

/// Sends a command to every worker that is not gone.
void SendToAll(Channel& channel, const Command& command) {
  const Bytes message = Encode(command);
  for (int64_t worker = 1; worker < channel.size(); ++worker) {
    if (!channel.IsGone(worker)) channel.Send(worker, message);
  }
}

}  // namespace

ChannelWorkerPool::ChannelWorkerPool(Channel& channel, const WorkerSetup& setup)
    : channel_(channel),
      alive_interval_(std::chrono::duration_cast<Channel::Clock::duration>(
          // Several times within the silence after which a worker ends itself.
          std::min(kAliveInterval, std::chrono::duration<double>(setup.silence_seconds / 6)))),
      next_alive_(Channel::Clock::now() + alive_interval_) {
  SendToAll(channel_, setup);
}

void ChannelWorkerPool::Start(int64_t worker, const PackTask& pack) {
  channel_.Send(worker, Encode(pack));
}

void ChannelWorkerPool::Send(int64_t worker, const EndTrial& order) {
  channel_.Send(worker, Encode(Command(order)));
}

void ChannelWorkerPool::StopAll() { SendToAll(channel_, Stop{}); }

void ChannelWorkerPool::Dismiss(int64_t worker) {
  if (!dismissed_.insert(worker).second) return;
  channel_.Send(worker, Encode(Command(Shutdown{})));
}

void ChannelWorkerPool::SendAlive() {
  if (Channel::Clock::now() < next_alive_) return;
  next_alive_ = Channel::Clock::now() + alive_interval_;
  SendToAll(channel_, Alive{});
}

void ChannelWorkerPool::Wait(std::chrono::milliseconds timeout, const EventSink& sink) {
  SendAlive();
  const auto limit = Channel::Clock::now() + timeout;
  auto event = NextEvent();
  while (!event && Channel::Clock::now() < limit) {
    channel_.WaitForMessage(limit);
    event = NextEvent();
  }
  // Workers may send faster than this loop receives: return at the limit all the same.
  while (event) {
    sink(std::move(*event));
    event = Channel::Clock::now() < limit ? NextEvent() : std::nullopt;
  }
}

std::optional<Event> ChannelWorkerPool::NextEvent() {
  if (auto ended = channel_.TakeEnded()) return WorkerGone{ended->rank, std::move(ended->how)};
  const auto message = channel_.Receive();
  if (!message) return std::nullopt;
  return DecodeEvent(message->bytes, message->from);
}

void ShutDownWorkers(Channel& channel) { SendToAll(channel, Shutdown{}); }

}  // namespace lrsweep
