// Tests that drawing an order early changes no number: neither the orders nor the state that a
// checkpoint saves.
#include "worker/torch/epoch_orders.h"

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <stdexcept>
#include <vector>

namespace lrsweep {
namespace {

constexpr Batches kBatches = {.images = 10, .size = 4};

EpochOrders Orders(const std::vector<uint64_t>& seeds) {
  std::vector<at::Generator> generators;
  for (const uint64_t seed : seeds) generators.push_back(at::detail::createCPUGenerator(seed));
  return {generators, kBatches};
}

/// The member's images in the next epoch.
std::vector<int64_t> NextOrder(EpochOrders& orders, int64_t member) {
  const at::Tensor table = orders.BeginEpoch();
  std::vector<int64_t> images;
  for (int64_t step = 0; step < kBatches.Count(); ++step) {
    const int64_t rows = kBatches.RowsOf(step);
    const auto* row = table.data_ptr<int64_t>() + step * table.size(1) + member * rows;
    images.insert(images.end(), row, row + rows);
  }
  return images;
}

TEST(EpochOrders, HoldEveryImageOnceForEachMember) {
  EpochOrders orders = Orders({1, 2, 3});
  for (int64_t member = 0; member < 3; ++member) {
    const std::vector<int64_t> images = NextOrder(orders, member);
    EXPECT_EQ(images.size(), 10U);
    EXPECT_EQ(std::set<int64_t>(images.begin(), images.end()).size(), 10U);
  }
}

TEST(EpochOrders, AreTheSameDrawnEarly) {
  EpochOrders early = Orders({1, 2, 3});
  EpochOrders late = Orders({1, 2, 3});
  for (int epoch = 0; epoch < 3; ++epoch) {
    for (size_t members = 0; members <= 3; ++members) early.Draw(members);
    EXPECT_TRUE(early.BeginEpoch().equal(late.BeginEpoch()));
  }
}

TEST(EpochOrders, DoNotShowInTheStateBeforeTheirEpochBegins) {
  EpochOrders orders = Orders({1, 2});
  orders.BeginEpoch();
  const std::vector<uint8_t> before = orders.State(1);
  orders.Draw(2);
  EXPECT_EQ(orders.State(1), before);
  const std::vector<int64_t> next = NextOrder(orders, 1);
  EXPECT_NE(orders.State(1), before);

  EpochOrders resumed = Orders({7});
  resumed.Restore(0, before);
  EXPECT_EQ(NextOrder(resumed, 0), next);
}

TEST(EpochOrders, StayWithTheMembersThatStay) {
  EpochOrders orders = Orders({1, 2, 3});
  EpochOrders alone = Orders({3});
  orders.Draw(3);
  orders.Keep({0, 2});
  EXPECT_EQ(NextOrder(orders, 1), NextOrder(alone, 0));
  EXPECT_EQ(NextOrder(orders, 1), NextOrder(alone, 0));
}

TEST(EpochOrders, AreDrawnAgainAfterARestore) {
  EpochOrders orders = Orders({1, 2});
  const std::vector<uint8_t> other = Orders({5}).State(0);
  orders.Draw(2);
  orders.Restore(1, other);
  EpochOrders expected = Orders({5});
  EXPECT_EQ(NextOrder(orders, 1), NextOrder(expected, 0));
}

TEST(EpochOrders, RefuseAStateThatIsNotLibTorchs) {
  EpochOrders orders = Orders({1});
  EXPECT_THROW(orders.Restore(0, {1, 2, 3}), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
