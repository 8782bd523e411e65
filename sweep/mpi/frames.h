// Cuts messages into frames small enough for MPI's eager protocol. MPI sends such a frame whole at
// once, so a receiver never waits for a sender that died in the middle of one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sweep/messages/channel.h"

namespace lrsweep {

/// Below btl_vader_eager_limit (4,096) of Open MPI 4.1 with room for its own header.
inline constexpr size_t kMaximumFrameBytes = 4000;

/// The frames of `message`, in order: a byte that is 1 in the last one and 0 before, then a part.
std::vector<Bytes> ToFrames(const Bytes& message);

/// Joins the frames of one sender.
class FrameJoiner {
 public:
  /// The whole message once its last frame is added. Throws std::runtime_error for a frame that
  /// ToFrames cannot have made.
  std::optional<Bytes> Add(const Bytes& frame);

 private:
  Bytes message_;
};

}  // namespace lrsweep
