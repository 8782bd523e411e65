// Memory for much data that is read in no order, or that has to share a cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <vector>

namespace lrsweep {

/// The size of a huge page of x86 and of most Arm systems. Elsewhere it only rounds up.
inline constexpr size_t kHugePage = size_t{2} << 20;

/// Addresses for whole huge pages with nothing behind them yet, or null if there are none.
void* ReserveHugePages(size_t bytes);
/// Zeros in whole huge pages; throws std::bad_alloc. A system that has none to give ("never" in
/// /sys/kernel/mm/transparent_hugepage/enabled) gives the usual ones. Not of the heap, which would
/// give memory that lies in small pages since its last use.
void* MapHugePages(size_t bytes);
/// What one of both gave for so many bytes.
void UnmapHugePages(void* memory, size_t bytes);

/// Huge pages where they are filled. An epoch reads images in random order; in pages of 4 KiB each
/// image costs a walk through the page tables.
template <typename T>
struct HugePageAllocator {
  using value_type = T;

  HugePageAllocator() = default;
  template <typename U>
  explicit HugePageAllocator(const HugePageAllocator<U>& /*other*/) {}

  /// Throws std::bad_alloc.
  T* allocate(size_t count) {
    const size_t bytes = count * sizeof(T);  // vectors check that it fits
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

using ManyBytes = std::vector<uint8_t, HugePageAllocator<uint8_t>>;

/// Every allocation is of whole huge pages: for a pool above it.
class HugePageResource : public std::pmr::memory_resource {
  void* do_allocate(size_t bytes, size_t /*alignment*/) override { return MapHugePages(bytes); }
  void do_deallocate(void* memory, size_t bytes, size_t /*alignment*/) override {
    UnmapHugePages(memory, bytes);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

}  // namespace lrsweep
