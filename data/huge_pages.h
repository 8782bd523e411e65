// Memory for much data that is read in no order.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

namespace lrsweep {

/// The size of a huge page of x86 and of most Arm systems. Elsewhere it only rounds up.
inline constexpr size_t kHugePage = size_t{2} << 20;

/// Asks the system for huge pages where they are filled. An epoch reads images in random order; in
/// pages of 4 KiB each image costs a walk through the page tables. A system that has none to give
/// ("never" in /sys/kernel/mm/transparent_hugepage/enabled) gives the usual ones.
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
    const size_t rounded = (bytes + kHugePage - 1) / kHugePage * kHugePage;
    void* memory = std::aligned_alloc(kHugePage, rounded);
    if (memory == nullptr) throw std::bad_alloc();
    madvise(memory, rounded, MADV_HUGEPAGE);  // advice: it may be refused
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, size_t count) {
    if (count * sizeof(T) < kHugePage) return ::operator delete(memory);
    std::free(memory);
  }

  friend bool operator==(const HugePageAllocator& /*a*/, const HugePageAllocator& /*b*/) {
    return true;
  }
};

using ManyBytes = std::vector<uint8_t, HugePageAllocator<uint8_t>>;

}  // namespace lrsweep
