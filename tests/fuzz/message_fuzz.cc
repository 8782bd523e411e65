// Messages and their frames: whatever the bytes, a message or a std::runtime_error. What was read
// is written, and read, the same way again.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <type_traits>

#include "sweep/messages/message.h"
#include "sweep/mpi/frames.h"

namespace {

template <typename Decode>
void TryDecode(const lrsweep::Bytes& bytes, const Decode& decode) {
  std::optional<std::invoke_result_t<Decode, const lrsweep::Bytes&>> message;
  try {
    message = decode(bytes);
  } catch (const std::runtime_error&) {  // as it should be
    return;
  }
  const lrsweep::Bytes written = lrsweep::Encode(*message);
  if (lrsweep::Encode(decode(written)) != written) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const lrsweep::Bytes bytes(data, data + size);
  TryDecode(bytes, [](const auto& from) { return lrsweep::DecodeCommand(from); });
  TryDecode(bytes, [](const auto& from) { return lrsweep::DecodeEvent(from, 1); });
  try {
    lrsweep::FrameJoiner joiner;
    joiner.Add(bytes);
  } catch (const std::runtime_error&) {  // as it should be
  }
  return 0;
}
