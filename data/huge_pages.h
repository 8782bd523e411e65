// Allocates memory in huge pages, for large data that is read in random order (fewer walks through
// the page tables) and for working sets that must fit into a cache (contiguous in physical memory).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <vector>

namespace lrsweep {

/// The size in bytes of a huge page on x86 and most Arm systems. On other systems it only rounds
/// sizes up.
inline constexpr size_t kHugePage = size_t{2} << 20;

/// Reserves addresses for whole huge pages, aligned to one, without memory behind them. `bytes` is
/// rounded up. Returns null if the address space has no room.
void* ReserveHugePages(size_t bytes);
/// Maps zeroed memory in whole huge pages; `bytes` is rounded up. Throws std::bad_alloc. Without
/// huge pages ("never" in /sys/kernel/mm/transparent_hugepage/enabled) it maps normal ones. The
/// heap would not do: it reuses memory that already lies in small pages.
void* MapHugePages(size_t bytes);
/// Unmaps what ReserveHugePages or MapHugePages returned for this number of bytes.
void UnmapHugePages(void* memory, size_t bytes);

/// Allocates in huge pages from one huge page on, else on the heap. For images: an epoch reads them
/// in random order, and with pages of 4 KiB each image costs a walk through the page tables.
template <typename T>
struct HugePageAllocator {
  using value_type = T;

  HugePageAllocator() = default;
  template <typename U>
  explicit HugePageAllocator(const HugePageAllocator<U>& /*other*/) {}

  /// Throws std::bad_alloc.
  T* allocate(size_t count) {
    const size_t bytes = count * sizeof(T);  // std::vector has checked for overflow
    if (bytes < kHugePage) return static_cast<T*>(::operator new(bytes));
    return static_cast<T*>(MapHugePages(bytes));
  }
  void deallocate(T* memory, size_t count) {
    if (count * sizeof(T) < kHugePage) return ::operator delete(memory);
    UnmapHugePages(memory, count * sizeof(T));
  }

  friend bool operator==(const HugePageAllocator& /*a*/, const HugePageAllocator& /*b*/) {
    return true;
  }
};

using HugePageBytes = std::vector<uint8_t, HugePageAllocator<uint8_t>>;

/// The upstream of a memory pool: rounds every allocation up to whole huge pages. Throws
/// std::bad_alloc.
class HugePageResource : public std::pmr::memory_resource {
  void* do_allocate(size_t bytes, size_t /*alignment*/) override { return MapHugePages(bytes); }
  void do_deallocate(void* memory, size_t bytes, size_t /*alignment*/) override {
    UnmapHugePages(memory, bytes);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

}  // namespace lrsweep
