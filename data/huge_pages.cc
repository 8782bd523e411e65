#include "data/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>
#include <limits>
#include <new>

namespace lrsweep {
namespace {

size_t RoundedUp(size_t bytes) { return (bytes + kHugePage - 1) / kHugePage * kHugePage; }

}  // namespace

void* ReserveHugePages(size_t bytes) {
  if (bytes == 0 || bytes > std::numeric_limits<size_t>::max() - 2 * kHugePage) return nullptr;
  const size_t size = RoundedUp(bytes);
  const size_t room = size + kHugePage;
  void* const mapped = mmap(nullptr, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* const first = static_cast<uint8_t*>(mapped);
  const size_t before = (kHugePage - reinterpret_cast<uintptr_t>(first) % kHugePage) % kHugePage;
  if (before > 0) munmap(first, before);
  munmap(first + before + size, kHugePage - before);
  return first + before;
}

void* MapHugePages(size_t bytes) {
  void* const memory = ReserveHugePages(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  if (mprotect(memory, RoundedUp(bytes), PROT_READ | PROT_WRITE) != 0) {
    UnmapHugePages(memory, bytes);
    throw std::bad_alloc();
  }
  madvise(memory, RoundedUp(bytes), MADV_HUGEPAGE);  // may be refused: then normal pages serve
  return memory;
}

void UnmapHugePages(void* memory, size_t bytes) { munmap(memory, RoundedUp(bytes)); }

}  // namespace lrsweep
