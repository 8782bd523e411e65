#include "data/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>

namespace lrsweep {
namespace {

size_t RoundedUp(size_t bytes) { return (bytes + kHugePage - 1) / kHugePage * kHugePage; }

}  // namespace

void* MapHugePages(size_t bytes) {
  const size_t size = RoundedUp(bytes);
  const size_t room = size + kHugePage;
  void* const mapped =
      mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* const first = static_cast<uint8_t*>(mapped);
  const size_t before = (kHugePage - reinterpret_cast<uintptr_t>(first) % kHugePage) % kHugePage;
  if (before > 0) munmap(first, before);
  munmap(first + before + size, kHugePage - before);
  madvise(first + before, size, MADV_HUGEPAGE);  // advice: it may be refused
  return first + before;
}

void UnmapHugePages(void* memory, size_t bytes) { munmap(memory, RoundedUp(bytes)); }

}  // namespace lrsweep
