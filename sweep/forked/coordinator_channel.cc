#include "sweep/forked/coordinator_channel.h"

#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <system_error>

#include "platform/process_end.h"

namespace lrsweep {
namespace {

// Between a socket's end and that of its process there are microseconds, or what the kernel needs
// to take its memory away.
constexpr auto kEndPoll = std::chrono::milliseconds(2);
// From a worker's closed socket to the end of its process: it may still write its last words.
constexpr auto kEndGrace = std::chrono::milliseconds(500);
constexpr auto kLongestWait = std::chrono::seconds(1);

}  // namespace

CoordinatorChannel::CoordinatorChannel(bool has_gpu, Clock::duration end_limit)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), has_gpu_(has_gpu), end_limit_(end_limit) {
  if (!epoll_.IsOpen()) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

CoordinatorChannel::~CoordinatorChannel() {
  if (std::uncaught_exceptions() > 0) {
    KillWorkers();
  } else {
    EndWorkers();
  }
}

void CoordinatorChannel::Add(pid_t pid, SocketLink link) {
  workers_.push_back({pid, std::move(link)});
  epoll_event event{.events = EPOLLIN, .data = {.u64 = workers_.size()}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, workers_.back().link.fd(), &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

void CoordinatorChannel::ForgetInChild() {
  workers_.clear();
  epoll_.Close();
}

void CoordinatorChannel::KillWorkers() {
  for (const Worker& worker : workers_) {
    if (worker.pid > 0) kill(worker.pid, SIGKILL);
  }
  for (Worker& worker : workers_) {
    while (worker.pid > 0 && waitpid(worker.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    worker.pid = 0;
  }
}

void CoordinatorChannel::Send(int64_t to, const Bytes& message) {
  At(to).link.Send(message);
  AwaitRoom(to);
}

std::optional<ReceivedMessage> CoordinatorChannel::Receive() {
  if (arrivals_.empty()) Exchange(Clock::duration(0));
  SetEndsAside();
  if (arrivals_.empty()) return std::nullopt;
  ReceivedMessage message{arrivals_.front().from, std::move(*arrivals_.front().message)};
  arrivals_.pop_front();
  return message;
}

std::optional<PeerEnd> CoordinatorChannel::TakeEnded() {
  SetEndsAside();
  if (ends_.empty()) return std::nullopt;
  PeerEnd end = std::move(ends_.front());
  ends_.pop_front();
  At(end.rank).is_gone = true;
  return end;
}

/// Of what has arrived, leaves a message as the first.
void CoordinatorChannel::SetEndsAside() {
  for (; !arrivals_.empty() && !arrivals_.front().message; arrivals_.pop_front()) {
    ends_.push_back({arrivals_.front().from, std::move(arrivals_.front().how_it_ended)});
  }
}

void CoordinatorChannel::WaitForMessage(Clock::time_point limit) {
  if (arrivals_.empty() && ends_.empty()) Exchange(limit - Clock::now());
}

/// Waits until a socket can be read or written, and reads and writes what goes without waiting.
void CoordinatorChannel::Exchange(Clock::duration wait) {
  using Milliseconds = std::chrono::milliseconds;
  const Clock::duration longest = closed_.empty() ? Clock::duration(kLongestWait) : kEndPoll;
  const auto limit = std::chrono::ceil<Milliseconds>(std::clamp(wait, Clock::duration(0), longest));
  std::array<epoll_event, 64> events;
  const int count =
      epoll_wait(epoll_.get(), events.data(), events.size(), static_cast<int>(limit.count()));
  for (int i = 0; i < count; ++i) {
    const auto rank = static_cast<int64_t>(events[static_cast<size_t>(i)].data.u64);
    At(rank).link.Flush();
    AwaitRoom(rank);
    Read(rank);
  }
  if (!closed_.empty()) NoteEnds();
}

void CoordinatorChannel::Read(int64_t rank) {
  SocketLink& link = At(rank).link;
  if (link.is_closed()) return;
  link.Read([&](Bytes message) { arrivals_.push_back({rank, std::move(message)}); });
  if (!link.is_closed()) return;
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, link.fd(), nullptr);
  link.Close();
  if (At(rank).pid == 0) return;
  closed_.push_back({rank, Clock::now()});
}

/// Has epoll tell when the socket takes more, while something is kept for it.
void CoordinatorChannel::AwaitRoom(int64_t rank) {
  Worker& worker = At(rank);
  const bool awaits = worker.link.kept_bytes() > 0;
  if (worker.link.is_closed() || awaits == worker.awaits_room) return;
  worker.awaits_room = awaits;
  epoll_event event{.events = awaits ? EPOLLIN | EPOLLOUT : EPOLLIN,
                    .data = {.u64 = static_cast<uint64_t>(rank)}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, worker.link.fd(), &event);
}

/// A worker that does not end although its socket is closed can neither be told to end nor be
/// heard: it is killed.
void CoordinatorChannel::NoteEnds() {
  const auto killed_since = Clock::now() - kEndGrace;
  std::erase_if(closed_, [&](const Closed& closed) {
    if (NoteEnd(closed.rank, WNOHANG)) return true;
    if (closed.since < killed_since) kill(At(closed.rank).pid, SIGKILL);
    return false;
  });
}

/// Returns whether the worker's process has ended, which is an arrival then. `options` are
/// waitpid's; with WUNTRACED a stopped worker is killed.
bool CoordinatorChannel::NoteEnd(int64_t rank, int options) {
  Worker& worker = At(rank);
  if (worker.pid == 0) return true;
  int status = 0;
  if (waitpid(worker.pid, &status, options) != worker.pid) return false;
  if (WIFSTOPPED(status)) {
    kill(worker.pid, SIGKILL);
    return false;
  }
  worker.pid = 0;
  arrivals_.push_back({rank, std::nullopt, "its process " + EndText(status)});
  return true;
}

/// Waits until all workers have ended, and kills those that do not end in time, or are stopped.
void CoordinatorChannel::EndWorkers() {
  const auto limit = Clock::now() + end_limit_;
  const auto has_ended = [](const Worker& worker) { return worker.pid == 0; };
  while (Clock::now() < limit && !std::all_of(workers_.begin(), workers_.end(), has_ended)) {
    Exchange(std::min<Clock::duration>(limit - Clock::now(), std::chrono::milliseconds(50)));
    arrivals_.clear();
    for (int64_t rank = 1; rank < size(); ++rank) {
      if (!has_ended(At(rank))) NoteEnd(rank, WNOHANG | WUNTRACED);
    }
  }
  KillWorkers();
}

void CoordinatorChannel::Leave(int status) {
  EndWorkers();
  std::fflush(nullptr);
  _exit(status);
}

}  // namespace lrsweep
