// IDX files, plain and gzipped: whatever the bytes, a file that is whole or a DataError. The first
// byte decides whether images or labels are meant.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "data/dataset.h"
#include "data/idx_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint32_t dimensions = data[0] % 2 == 0 ? 1 : 3;
  const int file = memfd_create("fuzz", 0);
  if (file < 0 || write(file, data + 1, size - 1) != static_cast<ssize_t>(size - 1)) return 0;
  try {
    const auto idx = lrsweep::ReadIdxFile("/proc/self/fd/" + std::to_string(file), dimensions);
    uint64_t bytes = 1;
    for (const uint32_t one : idx.sizes) bytes *= one;
    if (idx.sizes.size() != dimensions || idx.bytes.size() != bytes) __builtin_trap();
  } catch (const lrsweep::DataError&) {  // as it should be
  }
  close(file);
  return 0;
}
