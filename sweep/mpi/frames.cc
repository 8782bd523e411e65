#include "sweep/mpi/frames.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace lrsweep {

std::vector<Bytes> ToFrames(const Bytes& message) {
  constexpr size_t kPart = kMaximumFrameBytes - 1;
  std::vector<Bytes> frames;
  size_t first = 0;
  do {
    const size_t size = std::min(kPart, message.size() - first);
    Bytes frame(size + 1);
    frame[0] = first + size == message.size() ? 1 : 0;
    std::copy_n(message.begin() + static_cast<ptrdiff_t>(first), size, frame.begin() + 1);
    frames.push_back(std::move(frame));
    first += size;
  } while (first < message.size());
  return frames;
}

std::optional<Bytes> FrameJoiner::Add(const Bytes& frame) {
  if (frame.empty() || frame[0] > 1) throw std::runtime_error("a frame that lrsweep did not write");
  message_.insert(message_.end(), frame.begin() + 1, frame.end());
  if (frame[0] == 0) return std::nullopt;
  return std::exchange(message_, {});
}

}  // namespace lrsweep
