#include "sweep/forked/worker_channel.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

namespace lrsweep {
namespace {

// Long enough for a coordinator that lives, and does not keep a worker from its end.
constexpr auto kFlushLimit = std::chrono::milliseconds(500);
// A training that asks for messages after every step of microseconds must not pay a system call for
// each.
constexpr auto kLookInterval = std::chrono::microseconds(100);
// The socket takes 200 KB at once, which would be all that leaves per step of a long training. So a
// worker waits until a large message has left: milliseconds, where the coordinator is not busy.
constexpr size_t kLarge = 1UL << 20;
constexpr auto kPatience = std::chrono::milliseconds(100);

}  // namespace

void WorkerChannel::Send(int64_t /*to*/, const Bytes& message) {
  coordinator_.Send(message);
  const auto limit = Clock::now() + kPatience;
  while (message.size() >= kLarge && coordinator_.kept_bytes() > 0 && Clock::now() < limit) {
    WaitUntil(limit);
  }
  while (coordinator_.kept_bytes() > most_kept_) WaitUntil(Clock::time_point::max());
}

std::optional<ReceivedMessage> WorkerChannel::Receive() {
  if (received_.empty() && Clock::now() >= next_look_) {
    Exchange();
    next_look_ = Clock::now() + kLookInterval;
  }
  if (received_.empty()) return std::nullopt;
  ReceivedMessage message{kCoordinatorRank, std::move(received_.front())};
  received_.pop_front();
  return message;
}

void WorkerChannel::WaitForMessage(Clock::time_point limit) {
  if (received_.empty()) WaitUntil(limit);
}

/// Sends and reads what goes without waiting.
void WorkerChannel::Exchange() {
  coordinator_.Flush();
  const auto keep = [this](Bytes message) { received_.push_back(std::move(message)); };
  while (coordinator_.Read(keep)) {
  }
}

/// Sleeps until the socket can be read or, where something is kept, written, and does so.
void WorkerChannel::WaitUntil(Clock::time_point limit) {
  using Milliseconds = std::chrono::milliseconds;
  constexpr Milliseconds kLongest = std::chrono::seconds(1);
  const auto left = std::clamp<Clock::duration>(limit - Clock::now(), Clock::duration(0), kLongest);
  const short events = coordinator_.kept_bytes() > 0 ? POLLIN | POLLOUT : POLLIN;
  pollfd socket = {.fd = coordinator_.fd(), .events = events, .revents = 0};
  poll(&socket, 1, static_cast<int>(std::chrono::ceil<Milliseconds>(left).count()));
  Exchange();
}

void WorkerChannel::SendAll() {
  const auto limit = Clock::now() + kFlushLimit;
  for (Exchange(); coordinator_.kept_bytes() > 0 && Clock::now() < limit;) WaitUntil(limit);
}

void WorkerChannel::Leave(int status) {
  SendAll();
  std::fflush(nullptr);
  _exit(status);
}

}  // namespace lrsweep
