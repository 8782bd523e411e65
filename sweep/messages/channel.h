// The interface between the processes of a sweep: whole messages between the coordinator and its
// workers. Implemented over MPI by sweep/mpi/mpi_channel, and over sockets to forked workers by
// sweep/forked/forked_workers.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lrsweep {

using Bytes = std::vector<uint8_t>;

/// The coordinator's rank; the workers' ranks are 1, 2, ...
inline constexpr int64_t kCoordinatorRank = 0;

/// The exit status of a process whose channel is broken: work is left (kInterrupted of
/// params/errors.h, which the MPI plug-in does without).
inline constexpr int kOrphanStatus = 75;

struct ReceivedMessage {
  int64_t from = 0;  // rank
  Bytes bytes;
};

/// The end of another process of the sweep.
struct PeerEnd {
  int64_t rank = 0;
  std::string how;  // "its process was ended by SIGSEGV"
};

/// One process' connection to the others. Not thread-safe.
class Channel {
 public:
  using Clock = std::chrono::steady_clock;

  /// Waits until what was sent has left, at most half a second.
  virtual ~Channel() = default;

  virtual int64_t rank() const = 0;
  /// Processes of the sweep, the coordinator included: at least 2.
  virtual int64_t size() const = 0;
  /// This worker's position among the workers of its node, from 0; -1 in the coordinator, which
  /// trains nothing.
  virtual int64_t worker_index() const = 0;
  /// How many workers this worker's node has.
  virtual int64_t workers_of_node() const = 0;
  /// Whether every worker could train on a GPU.
  virtual bool workers_have_gpus() const = 0;
  /// Whether the death of one process leaves the others alive. If not, a worker that can train
  /// nothing any more must not end early.
  virtual bool survives_deaths() const = 0;

  /// Sends a message. Returns at once, whatever the receiver does; a message to a process that is
  /// gone is lost. Only a worker may wait: a moment for a large message, and longer where
  /// much has not left yet.
  virtual void Send(int64_t to, const Bytes& message) = 0;
  /// Returns the next whole message, if one has come; those of one sender in their order.
  virtual std::optional<ReceivedMessage> Receive() = 0;
  /// Returns the next process that has ended, after all of its messages were received. Of a channel
  /// that does not learn of ends at once: nothing.
  virtual std::optional<PeerEnd> TakeEnded() { return std::nullopt; }
  /// Sleeps until a message or an end may have come or `limit` has passed. May return earlier.
  virtual void WaitForMessage(Clock::time_point limit) = 0;

  /// Whether it is certain that the process has ended.
  virtual bool IsGone(int64_t rank) const = 0;

  /// For a worker: counts the coordinator as lost when it has sent nothing for `silence_limit`.
  virtual void LimitSilence(Clock::duration silence_limit) = 0;
  /// Whether the coordinator, or the launcher that started this process, is lost: then the process
  /// has to end. Cheap: checks at most five times a second.
  virtual bool IsBroken() = 0;

  /// Ends the process at once with `status`, after what was sent has left and output is flushed.
  [[noreturn]] virtual void Leave(int status) = 0;
};

}  // namespace lrsweep
