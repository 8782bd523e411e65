// The coordinator's end of the channel to its forked workers: a socket to each, and their
// processes.
#pragma once

#include <sys/types.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/unique_fd.h"
#include "sweep/forked/socket_link.h"
#include "sweep/messages/channel.h"

namespace lrsweep {

class CoordinatorChannel : public Channel {
 public:
  /// `end_limit`: how long the workers may take to end after Shutdown.
  CoordinatorChannel(bool has_gpu, Clock::duration end_limit);
  /// Waits for the workers' end, or kills them at once where an exception is on its way.
  ~CoordinatorChannel() override;

  /// Adds the next worker, a child of this process.
  void Add(pid_t pid, SocketLink link);
  /// In a child: closes what belongs to the coordinator, and leaves its other children alone.
  void ForgetInChild();
  /// Kills all workers and waits for their end.
  void KillWorkers();

  int64_t rank() const override { return kCoordinatorRank; }
  int64_t size() const override { return static_cast<int64_t>(workers_.size()) + 1; }
  int64_t worker_index() const override { return -1; }
  int64_t workers_of_node() const override { return size() - 1; }
  bool workers_have_gpus() const override { return has_gpu_; }
  bool survives_deaths() const override { return true; }

  void Send(int64_t to, const Bytes& message) override;
  std::optional<ReceivedMessage> Receive() override;
  std::optional<PeerEnd> TakeEnded() override;
  void WaitForMessage(Clock::time_point limit) override;

  /// True only once TakeEnded has told it: until then messages of the worker may be left.
  bool IsGone(int64_t rank) const override { return At(rank).is_gone; }
  void LimitSilence(Clock::duration /*silence_limit*/) override {}
  bool IsBroken() override { return false; }
  [[noreturn]] void Leave(int status) override;

 private:
  struct Worker {
    pid_t pid = 0;  // 0: its end was noted
    SocketLink link;
    bool awaits_room = false;  // in its socket, for what is kept
    bool is_gone = false;
  };
  /// A message, or the end of a worker, after all of its messages.
  struct Arrival {
    int64_t from = 0;
    std::optional<Bytes> message;
    std::string how_it_ended{};
  };

  Worker& At(int64_t rank) { return workers_[static_cast<size_t>(rank - 1)]; }
  const Worker& At(int64_t rank) const { return workers_[static_cast<size_t>(rank - 1)]; }
  void Exchange(Clock::duration wait);
  void Read(int64_t rank);
  void AwaitRoom(int64_t rank);
  void SetEndsAside();
  void NoteEnds();
  bool NoteEnd(int64_t rank, int options);
  void EndWorkers();

  UniqueFd epoll_;
  std::vector<Worker> workers_;  // by rank - 1
  /// A worker whose socket is closed, and whose end was not noted yet.
  struct Closed {
    int64_t rank;
    Clock::time_point since;
  };
  std::vector<Closed> closed_;
  std::deque<Arrival> arrivals_;
  std::deque<PeerEnd> ends_;  // whose messages were all received, and which nobody has taken yet
  bool has_gpu_;
  Clock::duration end_limit_;
};

}  // namespace lrsweep
