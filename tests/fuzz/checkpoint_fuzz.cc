// Checkpoints: whatever the bytes, a resume point that is written the same way again, or a
// std::invalid_argument.
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "worker/checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    if (lrsweep::EncodeCheckpoint(lrsweep::DecodeCheckpoint(bytes)) != bytes) __builtin_trap();
  } catch (const std::invalid_argument&) {  // as it should be
  }
  return 0;
}
