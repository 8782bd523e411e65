// Messages and their frames: whatever the bytes, a message or a std::runtime_error. What was read
// is written the same way again.
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "sweep/frames.h"
#include "sweep/message.h"

namespace {

template <typename Decode>
void TryDecode(const Decode& decode) {
  try {
    const auto message = decode();
    if (lrsweep::Encode(message).empty()) __builtin_trap();
  } catch (const std::runtime_error&) {  // as it should be
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const lrsweep::Bytes bytes(data, data + size);
  TryDecode([&] { return lrsweep::DecodeCommand(bytes); });
  TryDecode([&] { return lrsweep::DecodeEvent(bytes, 1); });
  try {
    lrsweep::FrameJoiner joiner;
    joiner.Add(bytes);
  } catch (const std::runtime_error&) {  // as it should be
  }
  return 0;
}
