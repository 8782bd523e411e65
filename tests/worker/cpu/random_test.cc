// Tests our copy of PyTorch's random numbers against PyTorch's (golden/make_training_reference.py),
// and its Mersenne Twister against the standard library's.
#include "worker/cpu/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "tests/support/training_reference.h"

namespace lrsweep {
namespace {

TEST(TorchRandom, IsTheMersenneTwister) {
  for (const uint32_t seed : {0u, 5489u, 4294967295u}) {
    TorchRandom ours(seed);
    std::mt19937 standard(seed);
    for (int i = 0; i < 3000; ++i) ASSERT_EQ(ours.Draw32(), standard()) << seed << " " << i;
  }
}

TEST(TorchRandom, TakesTheFirstDrawAsTheHighHalfOf64Bits) {
  TorchRandom halves(7);
  const uint64_t high = halves.Draw32();
  const uint64_t low = halves.Draw32();
  EXPECT_EQ(TorchRandom(7).Draw64(), (high << 32) | low);
  EXPECT_EQ(static_cast<uint64_t>(TorchRandom(7).DrawInt64()), TorchRandom(7).Draw64() << 1 >> 1);
}

TEST(TorchRandom, CountsOnlyTheLow32BitsOfASeed) {
  EXPECT_EQ(TorchRandom(3).Draw64(), TorchRandom((uint64_t{9} << 32) + 3).Draw64());
}

TEST(TorchRandom, GoesOnFromASavedState) {
  for (const int drawn : {0, 1, 623, 624, 1000}) {
    TorchRandom random(11);
    for (int i = 0; i < drawn; ++i) random.Draw32();
    TorchRandom restored(0);
    restored.Load(random.Save());
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(restored.Draw32(), random.Draw32());
  }
}

TEST(TorchRandom, RefusesAStateThatIsNotItsOwn) {
  TorchRandom random(1);
  EXPECT_THROW(random.Load(std::vector<uint8_t>(5056)), std::invalid_argument);
  auto bytes = random.Save();
  bytes.back() = 1;  // more words used than there are
  EXPECT_THROW(random.Load(bytes), std::invalid_argument);
}

std::vector<float> DrawMlp(uint64_t seed, const std::vector<int64_t>& widths) {
  TorchRandom random(seed);
  std::vector<float> all;
  for (size_t i = 0; i + 1 < widths.size(); ++i) {
    const auto layer = DrawLinear(random, widths[i], widths[i + 1]);
    all.insert(all.end(), layer.begin(), layer.end());
  }
  return all;
}

void ExpectInitialWeights(const std::string& record, uint64_t seed,
                          const std::vector<int64_t>& widths) {
  const std::string file = "training_initial_weights.txt";
  const auto values = DrawMlp(seed, widths);
  EXPECT_EQ(std::vector<float>(values.begin(), values.begin() + 5),
            Golden<float>(file, record + "_first"));
  EXPECT_EQ(Fnv1a(values), Golden<uint64_t>(file, record + "_hash").at(0)) << record;
}

TEST(TorchRandom, GivesPyTorchsInitialBits) {
  ExpectInitialWeights("mlp_0", 0, {784, 128, 10});
  ExpectInitialWeights("mlp_1", 1, {784, 128, 10});
  ExpectInitialWeights("mlp_large_seed", 123456789012345, {784, 128, 10});
  ExpectInitialWeights("linear_5", 5, {784, 10});
  ExpectInitialWeights("deep_7", 7, {16, 20, 10, 3});
}

TEST(TorchRandom, GivesPyTorchsOrderOfBatches) {
  TorchRandom random(3);
  DrawLinear(random, 4, 250);  // the script builds its model first
  for (const char* epoch : {"epoch_1", "epoch_2"}) {
    EXPECT_EQ(DrawEpochOrder(random, 250), Golden<int64_t>("training_order.txt", epoch));
  }
}

TEST(TorchRandom, PermutesEveryCount) {
  EXPECT_TRUE(RandomPermutation(1, 0).empty());
  EXPECT_EQ(RandomPermutation(1, 1), std::vector<int64_t>{0});
  auto order = RandomPermutation(1, 1000);
  std::sort(order.begin(), order.end());
  for (int64_t i = 0; i < 1000; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

}  // namespace
}  // namespace lrsweep
