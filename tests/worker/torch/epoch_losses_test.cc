#include "worker/torch/epoch_losses.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace lrsweep {
namespace {

constexpr Batches kBatches = {.images = 110, .size = 20};  // six steps, the last of ten images

/// Losses of three members; the other columns hold those of ghosts.
at::Tensor Table() {
  return at::arange(kBatches.Count() * 5 * kBatches.size, at::kFloat)
      .sin()
      .view({kBatches.Count(), 5 * kBatches.size});
}

std::vector<std::vector<float>> MeansFetchedAt(const std::vector<int64_t>& ends) {
  EpochLosses losses(kBatches);
  losses.Begin(3, Table());
  for (const int64_t end : ends) losses.Fetch(end);
  losses.Average();
  return losses.Take();
}

TEST(EpochLosses, AreTheMeansOfEachMembersBatches) {
  const auto means = MeansFetchedAt({6});
  ASSERT_EQ(means.size(), 3U);
  const at::Tensor table = Table();
  for (int64_t member = 0; member < 3; ++member) {
    ASSERT_EQ(means[static_cast<size_t>(member)].size(), 6U);
    for (int64_t step = 0; step < 6; ++step) {
      const int64_t rows = step == 5 ? 10 : 20;
      const auto mean = table[step].narrow(0, member * rows, rows).mean().item<float>();
      EXPECT_NEAR(means[static_cast<size_t>(member)][static_cast<size_t>(step)], mean, 1e-6);
    }
  }
}

TEST(EpochLosses, AreTheSameFetchedInParts) {
  const auto whole = MeansFetchedAt({6});
  EXPECT_EQ(MeansFetchedAt({1, 2, 5, 6}), whole);
  EXPECT_EQ(MeansFetchedAt({4, 6}), whole);
}

TEST(EpochLosses, TellTheLastStepFetched) {
  const auto means = MeansFetchedAt({6});
  EpochLosses losses(kBatches);
  losses.Begin(3, Table());
  losses.Fetch(2);
  EXPECT_EQ(losses.Last(1), means[1][1]);
  losses.Fetch(6);
  EXPECT_EQ(losses.Last(2), means[2][5]);
}

}  // namespace
}  // namespace lrsweep
