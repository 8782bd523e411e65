// One end of a socket between two processes of one machine: whole messages, without blocking.
//
// On the socket a message is its size, a u64 in this machine's byte order, and its bytes.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

#include "platform/unique_fd.h"
#include "sweep/messages/channel.h"

namespace lrsweep {

/// The two ends of a new connection. Throws std::system_error.
std::pair<UniqueFd, UniqueFd> ConnectedSockets();

/// Keeps what the socket does not take, and the part of a message that has come, in memory. Not
/// thread-safe.
class SocketLink {
 public:
  /// `socket` is one of ConnectedSockets.
  explicit SocketLink(UniqueFd socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }
  /// Whether the peer has closed its end or died; all whole messages from it have been read then. A
  /// message of which it sent a part only is dropped.
  bool is_closed() const { return is_closed_; }
  /// Closes this end.
  void Close();

  /// Sends what the socket takes, and keeps the rest for Flush. What is sent to a peer that is gone
  /// is lost.
  void Send(const Bytes& message);
  /// Sends what the socket takes of what was kept.
  void Flush();
  /// Bytes that are kept.
  size_t kept_bytes() const { return kept_bytes_; }

  /// Reads once, at most 64 KB or the rest of one message, so that no peer keeps the others
  /// waiting. Gives each message that is whole now to `sink`. Returns whether there was something
  /// to read.
  bool Read(const std::function<void(Bytes)>& sink);

 private:
  size_t SendNow(std::array<iovec, 2> parts);
  void Take(const uint8_t* bytes, size_t count, const std::function<void(Bytes)>& sink);
  void GiveIfWhole(const std::function<void(Bytes)>& sink);

  struct Kept {
    Bytes bytes;
    size_t sent = 0;
  };

  UniqueFd socket_;
  bool is_closed_ = false;
  std::deque<Kept> kept_;
  size_t kept_bytes_ = 0;
  // The message that is being read: first its size, then its bytes.
  std::array<uint8_t, sizeof(uint64_t)> size_{};
  size_t size_read_ = 0;
  Bytes body_;
  size_t body_read_ = 0;
};

}  // namespace lrsweep
