// PyTorch's random numbers without LibTorch: the Mersenne Twister of at::Generator on the CPU, the
// initial values of nn.Linear, and the order of a DataLoader's batches. The bits are those of
// PyTorch 1.13 on a CPU with AVX2 or better.
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

/// PyTorch's CPU generator after torch.manual_seed(seed). As in PyTorch, only the low 32 bits of
/// the seed matter. Not thread-safe.
class TorchRandom {
 public:
  explicit TorchRandom(uint64_t seed);

  /// The next 32 bits.
  uint32_t Draw32();
  /// The next 64 bits: the first 32 drawn are the high half.
  uint64_t Draw64();
  /// One number, as torch.empty((), dtype=torch.int64).random_() draws it: 0 to 2^63 - 1.
  int64_t DrawInt64();
  /// One number, as tensor.uniform_(from, to) draws it on a float32 tensor: 24 random bits, scaled
  /// with one fused multiply-add as in ATen's AVX2 code.
  float DrawUniform(float from, float to);

  /// Returns the state in 2,500 bytes: 624 words, then the number of words used, each as a
  /// little-endian uint32.
  std::vector<uint8_t> Save() const;
  /// Restores a state from Save. Throws std::invalid_argument for any other bytes.
  void Load(const std::vector<uint8_t>& bytes);

 private:
  static constexpr size_t kWords = 624;

  void Refill();

  std::array<uint32_t, kWords> words_;
  size_t used_ = kWords;  // how many of words_ have been drawn
};

/// Draws nn.Linear's initial values: the weight [outputs, inputs], row-major, then the bias
/// [outputs]. `inputs` and `outputs` are at least 1.
std::vector<float> DrawLinear(TorchRandom& random, int64_t inputs, int64_t outputs);

/// Returns torch.randperm(count) of a new generator that is seeded with `seed`.
std::vector<int64_t> RandomPermutation(uint64_t seed, int64_t count);

/// Returns the order of the items in the next epoch of DataLoader(shuffle=True, num_workers=0).
/// Draws the loader's base seed (which only its worker processes would use), then the sampler's
/// seed.
std::vector<int64_t> DrawEpochOrder(TorchRandom& random, int64_t count);

}  // namespace lrsweep
