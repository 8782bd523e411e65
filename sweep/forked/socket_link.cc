#include "sweep/forked/socket_link.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace lrsweep {
namespace {

constexpr size_t kReadSize = 65'536;

bool IsToBeTriedAgain(int error) {
  return error == EAGAIN || error == EINTR || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

std::pair<UniqueFd, UniqueFd> ConnectedSockets() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void SocketLink::Close() {
  is_closed_ = true;
  socket_.Close();
}

void SocketLink::Send(const Bytes& message) {
  if (is_closed()) return;
  uint64_t size = message.size();
  const std::array<iovec, 2> parts = {
      {{&size, sizeof size}, {const_cast<uint8_t*>(message.data()), message.size()}}};
  const size_t sent = kept_.empty() ? SendNow(parts) : 0;
  Bytes rest;
  size_t skipped = sent;
  for (const iovec& part : parts) {
    const auto* bytes = static_cast<const uint8_t*>(part.iov_base);
    const size_t skip = std::min(skipped, part.iov_len);
    rest.insert(rest.end(), bytes + skip, bytes + part.iov_len);
    skipped -= skip;
  }
  if (rest.empty()) return;
  kept_bytes_ += rest.size();
  kept_.push_back({std::move(rest)});
}

void SocketLink::Flush() {
  while (!kept_.empty() && !is_closed()) {
    Kept& first = kept_.front();
    const size_t left = first.bytes.size() - first.sent;
    const size_t sent = SendNow({{{first.bytes.data() + first.sent, left}, {nullptr, 0}}});
    if (sent == 0) return;
    first.sent += sent;
    kept_bytes_ -= sent;
    if (sent == left) kept_.pop_front();
  }
}

/// Returns how many bytes the socket took. Those for a peer that is gone count as sent: reading
/// tells that it is gone.
size_t SocketLink::SendNow(std::array<iovec, 2> parts) {
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const ssize_t sent = sendmsg(fd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<size_t>(sent);
  if (IsToBeTriedAgain(errno)) return 0;
  return parts[0].iov_len + parts[1].iov_len;
}

bool SocketLink::Read(const std::function<void(Bytes)>& sink) {
  if (is_closed()) return false;
  std::array<uint8_t, kReadSize> buffer;
  const size_t body_left = body_.size() - body_read_;
  const bool is_large = body_left > kReadSize;
  uint8_t* const to = is_large ? body_.data() + body_read_ : buffer.data();
  const ssize_t count = recv(fd(), to, is_large ? body_left : kReadSize, MSG_DONTWAIT);
  if (count < 0 && IsToBeTriedAgain(errno)) return false;
  if (count <= 0) {
    is_closed_ = true;
    kept_.clear();
    kept_bytes_ = 0;
    body_ = {};
    body_read_ = 0;
    return false;
  }
  if (is_large) {
    body_read_ += static_cast<size_t>(count);
    GiveIfWhole(sink);
  } else {
    Take(buffer.data(), static_cast<size_t>(count), sink);
  }
  return true;
}

void SocketLink::Take(const uint8_t* bytes, size_t count, const std::function<void(Bytes)>& sink) {
  const uint8_t* const end = bytes + count;
  while (bytes < end) {
    const auto left = static_cast<size_t>(end - bytes);
    if (size_read_ < size_.size()) {
      const size_t taken = std::min(left, size_.size() - size_read_);
      std::memcpy(size_.data() + size_read_, bytes, taken);
      size_read_ += taken;
      bytes += taken;
      if (size_read_ < size_.size()) return;
      uint64_t size = 0;
      std::memcpy(&size, size_.data(), sizeof size);
      body_.resize(size);
    } else {
      const size_t taken = std::min(left, body_.size() - body_read_);
      std::memcpy(body_.data() + body_read_, bytes, taken);
      body_read_ += taken;
      bytes += taken;
    }
    GiveIfWhole(sink);
  }
}

void SocketLink::GiveIfWhole(const std::function<void(Bytes)>& sink) {
  if (size_read_ < size_.size() || body_read_ < body_.size()) return;
  size_read_ = body_read_ = 0;
  sink(std::exchange(body_, {}));
}

}  // namespace lrsweep
