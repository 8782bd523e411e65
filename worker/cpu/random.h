// PyTorch's random streams on the CPU, without LibTorch: the Mersenne Twister of at::Generator, the
// initial values of nn.Linear and the order of a DataLoader's batches, with the bits of PyTorch
// 1.13 on a CPU with AVX2 or better.
//
// Sources: M. Matsumoto and T. Nishimura, MT19937 (init_genrand, genrand_int32);
// ATen/core/MT19937RNGEngine.h, ATen/core/TransformationHelper.h, ATen/native/TensorFactories.cpp
// (randperm_cpu); torch/nn/init.py (kaiming_uniform_), torch/nn/modules/linear.py.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lrsweep {

/// A CPU generator after torch.manual_seed(seed). As PyTorch does, only the seed's low 32 bits
/// count.
class TorchRandom {
 public:
  explicit TorchRandom(uint64_t seed);

  /// The next 32 bits.
  uint32_t Draw32();
  /// The next 64 bits: the first draw is the high half.
  uint64_t Draw64();
  /// One number as torch.empty((), dtype=torch.int64).random_() draws it: 0 to 2^63 - 1.
  int64_t DrawInt64();
  /// One number of tensor.uniform_(from, to) on a float32 tensor: 24 bits, scaled with one fused
  /// multiply-add as ATen's AVX2 code does.
  float DrawUniform(float from, float to);

  /// The state, 2,500 bytes: 624 words and the number of words used, each as little-endian uint32.
  std::vector<uint8_t> Save() const;
  /// Throws std::invalid_argument where the bytes are not what Save gives.
  void Load(const std::vector<uint8_t>& bytes);

 private:
  static constexpr size_t kWords = 624;

  void Refill();

  std::array<uint32_t, kWords> words_;
  size_t used_ = kWords;  // of words_
};

/// nn.Linear's initial values: the weight [outputs, inputs], row-major, then the bias [outputs].
/// Both counts are at least 1.
std::vector<float> DrawLinear(TorchRandom& random, int64_t inputs, int64_t outputs);

/// torch.randperm(count) with a generator of its own, seeded with `seed`.
std::vector<int64_t> RandomPermutation(uint64_t seed, int64_t count);

/// The order of the items in the next epoch of DataLoader(shuffle=True, num_workers=0): draws the
/// loader's base seed (which only worker processes would use), then the sampler's seed.
std::vector<int64_t> DrawEpochOrder(TorchRandom& random, int64_t count);

}  // namespace lrsweep
