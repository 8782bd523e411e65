#include "worker/cpu/random.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace lrsweep {
namespace {

constexpr size_t kShift = 397;

uint32_t Twist(uint32_t high, uint32_t low) {
  const uint32_t mixed = (high & 0x80000000u) | (low & 0x7FFFFFFFu);
  return (mixed >> 1) ^ ((low & 1u) != 0 ? 0x9908B0DFu : 0u);
}

void AppendWord(uint32_t word, std::vector<uint8_t>& bytes) {
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<uint8_t>(word >> shift));
}

uint32_t WordAt(const std::vector<uint8_t>& bytes, size_t index) {
  uint32_t word = 0;
  for (size_t i = 0; i < 4; ++i) word |= static_cast<uint32_t>(bytes[index * 4 + i]) << (8 * i);
  return word;
}

}  // namespace

TorchRandom::TorchRandom(uint64_t seed) : words_{static_cast<uint32_t>(seed)} {
  for (size_t i = 1; i < kWords; ++i) {
    words_[i] = 1812433253u * (words_[i - 1] ^ (words_[i - 1] >> 30)) + static_cast<uint32_t>(i);
  }
}

void TorchRandom::Refill() {
  for (size_t i = 0; i < kWords; ++i) {
    words_[i] = words_[(i + kShift) % kWords] ^ Twist(words_[i], words_[(i + 1) % kWords]);
  }
  used_ = 0;
}

uint32_t TorchRandom::Draw32() {
  if (used_ == kWords) Refill();
  uint32_t y = words_[used_++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9D2C5680u;
  y ^= (y << 15) & 0xEFC60000u;
  return y ^ (y >> 18);
}

uint64_t TorchRandom::Draw64() {
  const uint64_t high = Draw32();
  return (high << 32) | Draw32();
}

int64_t TorchRandom::DrawInt64() {
  return static_cast<int64_t>(Draw64() &
                              static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
}

float TorchRandom::DrawUniform(float from, float to) {
  constexpr uint32_t kMask = (1u << 24) - 1;
  const float unit = static_cast<float>(Draw32() & kMask) * (1.0f / (1u << 24));
  return std::fma(unit, to - from, from);
}

std::vector<uint8_t> TorchRandom::Save() const {
  std::vector<uint8_t> bytes;
  bytes.reserve(size_t{kWords + 1} * 4);
  for (const uint32_t word : words_) AppendWord(word, bytes);
  AppendWord(static_cast<uint32_t>(used_), bytes);
  return bytes;
}

void TorchRandom::Load(const std::vector<uint8_t>& bytes) {
  if (bytes.size() != size_t{kWords + 1} * 4 || WordAt(bytes, kWords) > kWords) {
    throw std::invalid_argument("the saved state's random generator is not the CPU engine's");
  }
  for (size_t i = 0; i < kWords; ++i) words_[i] = WordAt(bytes, i);
  used_ = WordAt(bytes, kWords);
}

std::vector<float> DrawLinear(TorchRandom& random, int64_t inputs, int64_t outputs) {
  // kaiming_uniform_(weight, a=sqrt(5)), then the bias. The bounds are computed in double, in the
  // order in which Python does, so that they have its bits.
  const auto fan_in = static_cast<double>(inputs);
  const double a = std::sqrt(5.0);
  const double gain = std::sqrt(2.0 / (1 + a * a));
  const auto bound = static_cast<float>(std::sqrt(3.0) * (gain / std::sqrt(fan_in)));
  const auto bias_bound = static_cast<float>(1 / std::sqrt(fan_in));
  std::vector<float> values(static_cast<size_t>((inputs + 1) * outputs));
  const auto weights = static_cast<size_t>(inputs * outputs);
  for (size_t i = 0; i < weights; ++i) values[i] = random.DrawUniform(-bound, bound);
  for (size_t i = weights; i < values.size(); ++i) {
    values[i] = random.DrawUniform(-bias_bound, bias_bound);
  }
  return values;
}

std::vector<int64_t> RandomPermutation(uint64_t seed, int64_t count) {
  TorchRandom random(seed);
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), int64_t{0});
  const auto n = static_cast<uint64_t>(count);
  const bool small = n < std::numeric_limits<uint32_t>::max() / 20;
  for (uint64_t i = 0; i + 1 < n; ++i) {
    const uint64_t draw = small ? random.Draw32() : random.Draw64();
    std::swap(order[i], order[i + draw % (n - i)]);
  }
  return order;
}

std::vector<int64_t> DrawEpochOrder(TorchRandom& random, int64_t count) {
  random.DrawInt64();  // the loader's base seed
  return RandomPermutation(static_cast<uint64_t>(random.DrawInt64()), count);
}

}  // namespace lrsweep
