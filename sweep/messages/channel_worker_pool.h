// The worker pool of the coordinator over a channel to its workers.
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "sweep/coordinator/worker_pool.h"
#include "sweep/messages/channel.h"

namespace lrsweep {

/// The channel must outlive it.
class ChannelWorkerPool : public WorkerPool {
 public:
  /// Sends every worker its setup.
  ChannelWorkerPool(Channel& channel, const WorkerSetup& setup);

  int64_t size() const override { return channel_.size() - 1; }
  void Start(int64_t worker, const PackTask& pack) override;
  void Send(int64_t worker, const EndTrial& order) override;
  void StopAll() override;
  void Dismiss(int64_t worker) override;
  bool IsGone(int64_t worker) const override { return channel_.IsGone(worker); }
  void Wait(std::chrono::milliseconds timeout, const EventSink& sink) override;

 private:
  void SendAlive();
  std::optional<Event> NextEvent();

  Channel& channel_;
  std::set<int64_t> dismissed_;
  Channel::Clock::duration alive_interval_;
  Channel::Clock::time_point next_alive_;
};

/// Tells all workers to end. For a coordinator that ends, with a pool or without.
void ShutDownWorkers(Channel& channel);

}  // namespace lrsweep
