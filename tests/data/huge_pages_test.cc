#include "data/huge_pages.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory_resource>
#include <new>

namespace lrsweep {
namespace {

constexpr size_t kTwoMiB = 2'097'152;

TEST(HugePageBytesTest, BeginOnAHugePageWhereTheyFillOne) {
  const HugePageBytes bytes(kTwoMiB, 7);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes.data()) % kTwoMiB, 0U);
  EXPECT_EQ(bytes.back(), 7);
}

TEST(HugePageBytesTest, KeepWhatTheyHoldWhileTheyGrow) {
  HugePageBytes bytes;
  for (size_t i = 0; i < 2 * kTwoMiB + 1; ++i) bytes.push_back(static_cast<uint8_t>(i % 251));
  for (const size_t i : {size_t{0}, kTwoMiB - 1, kTwoMiB, 2 * kTwoMiB}) {
    EXPECT_EQ(bytes[i], i % 251) << i;
  }
}

TEST(HugePagesTest, RefuseWhatNoAddressesSufficeFor) {
  for (const size_t bytes : {std::numeric_limits<size_t>::max() - 5, size_t{1} << 60, size_t{0}}) {
    EXPECT_EQ(ReserveHugePages(bytes), nullptr) << bytes;
    EXPECT_THROW(MapHugePages(bytes), std::bad_alloc) << bytes;
  }
}

TEST(HugePageResourceTest, GivesAPoolWholeHugePages) {
  HugePageResource pages;
  std::pmr::monotonic_buffer_resource pool(kTwoMiB - 4096, &pages);
  auto* first = static_cast<char*>(pool.allocate(100, 64));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(first) % kTwoMiB, 0U);
  auto* second = static_cast<char*>(pool.allocate(kTwoMiB - 8192, 64));
  EXPECT_EQ(second - first, 128);
  auto* larger = static_cast<char*>(pool.allocate(3 * kTwoMiB, 64));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(larger) % kTwoMiB, 0U);
  larger[3 * kTwoMiB - 1] = 1;
}

}  // namespace
}  // namespace lrsweep
