// A forked worker's end of the channel: its socket to the coordinator.
#pragma once

#include <deque>
#include <optional>

#include "sweep/forked/socket_link.h"
#include "sweep/messages/channel.h"

namespace lrsweep {

class WorkerChannel : public Channel {
 public:
  /// `most_kept`: bytes that have not left, with which Send waits.
  WorkerChannel(SocketLink coordinator, int64_t rank, int64_t workers, bool has_gpu,
                size_t most_kept)
      : coordinator_(std::move(coordinator)),
        rank_(rank),
        workers_(workers),
        has_gpu_(has_gpu),
        most_kept_(most_kept) {}
  ~WorkerChannel() override { SendAll(); }

  int64_t rank() const override { return rank_; }
  int64_t size() const override { return workers_ + 1; }
  int64_t worker_index() const override { return rank_ - 1; }
  int64_t workers_of_node() const override { return workers_; }
  bool workers_have_gpus() const override { return has_gpu_; }
  bool survives_deaths() const override { return true; }

  void Send(int64_t to, const Bytes& message) override;
  std::optional<ReceivedMessage> Receive() override;
  void WaitForMessage(Clock::time_point limit) override;

  /// A worker knows of the coordinator alone.
  bool IsGone(int64_t rank) const override {
    return rank == kCoordinatorRank && coordinator_.is_closed();
  }
  /// The socket tells for certain when the coordinator is gone, however long it is silent.
  void LimitSilence(Clock::duration /*silence_limit*/) override {}
  bool IsBroken() override { return coordinator_.is_closed(); }
  [[noreturn]] void Leave(int status) override;

 private:
  void Exchange();
  void WaitUntil(Clock::time_point limit);
  void SendAll();

  SocketLink coordinator_;
  int64_t rank_;
  int64_t workers_;
  bool has_gpu_;
  size_t most_kept_;
  std::deque<Bytes> received_;
  Clock::time_point next_look_{};
};

}  // namespace lrsweep
