// Gathers images and finds zeros: fills the bit masks of SparseInputs, for one Highway target
// (included once per target).
#if defined(LRSWEEP_WORKER_CPU_MASKS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LRSWEEP_WORKER_CPU_MASKS_INL_H_
#undef LRSWEEP_WORKER_CPU_MASKS_INL_H_
#else
#define LRSWEEP_WORKER_CPU_MASKS_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

#include "worker/cpu/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace lrsweep {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// One level of transposing a 64 x 64 bit matrix. For each pair of words that lie kApart (at least
/// 8) apart, swaps the bits outside of `low` of the first with the bits inside of `low` of the
/// second, shifted by kBit places.
template <int kBit, size_t kApart>
HWY_INLINE void SwapBits(uint64_t* HWY_RESTRICT words, uint64_t low) {
  const hn::CappedTag<uint64_t, 8> d;
  const auto lower = hn::Set(d, low);
  for (size_t base = 0; base < kMaskBits; base += 2 * kApart) {
    for (size_t k = base; k < base + kApart; k += hn::Lanes(d)) {
      const auto a = hn::Load(d, words + k);
      const auto b = hn::Load(d, words + k + kApart);
      const auto changed = hn::And(hn::Xor(hn::ShiftRight<kBit>(a), b), lower);
      hn::Store(hn::Xor(a, hn::ShiftLeft<kBit>(changed)), d, words + k);
      hn::Store(hn::Xor(b, changed), d, words + k + kApart);
    }
  }
}

/// Transposes a matrix of 8 x 8 words; `out` may be `in`.
HWY_INLINE void TransposeWords(const uint64_t* in, uint64_t* out) {
  const hn::FixedTag<uint64_t, 2> d;
  for (size_t i = 0; i < 8; i += 2) {
    for (size_t k = i; k < 8; k += 2) {  // two squares of 2 x 2 words, which swap places
      const size_t at = i * 8 + k;
      const size_t mirrored = k * 8 + i;
      const auto a = hn::Load(d, in + at);
      const auto b = hn::Load(d, in + at + 8);
      const auto c = hn::Load(d, in + mirrored);
      const auto e = hn::Load(d, in + mirrored + 8);
      hn::Store(hn::InterleaveLower(d, a, b), d, out + mirrored);
      hn::Store(hn::InterleaveUpper(d, a, b), d, out + mirrored + 8);
      hn::Store(hn::InterleaveLower(d, c, e), d, out + at);
      hn::Store(hn::InterleaveUpper(d, c, e), d, out + at + 8);
    }
  }
}

/// Transposes matrices of 64 x 64 bits: bit c of in[r] becomes bit r of out[c]. Between the two
/// calls of TransposeWords, rows that are less than 8 apart lie 8 apart or more, so that every
/// level works on whole vectors. Each of the four passes runs over all matrices before the next
/// begins, because the next one reads vectors of another size than the last one wrote (a load that
/// spans several recent stores has to wait for them).
HWY_INLINE void TransposeBits(const uint64_t* HWY_RESTRICT in, size_t in_stride, size_t matrices,
                              uint64_t* HWY_RESTRICT out) {
  uint64_t* const end = out + matrices * kMaskBits;
  for (uint64_t* to = out; to < end; to += kMaskBits, in += in_stride) TransposeWords(in, to);
  for (uint64_t* words = out; words < end; words += kMaskBits) {
    SwapBits<4, 32>(words, 0x0F0F0F0F0F0F0F0Fu);
    SwapBits<2, 16>(words, 0x3333333333333333u);
    SwapBits<1, 8>(words, 0x5555555555555555u);
  }
  for (uint64_t* words = out; words < end; words += kMaskBits) TransposeWords(words, words);
  for (uint64_t* words = out; words < end; words += kMaskBits) {
    SwapBits<32, 32>(words, 0x00000000FFFFFFFFu);
    SwapBits<16, 16>(words, 0x0000FFFF0000FFFFu);
    SwapBits<8, 8>(words, 0x00FF00FF00FF00FFu);
  }
}

/// Computes input_masks and used_inputs from the sample masks, after padding these with zeros to
/// whole groups. Does nothing if input_masks is null.
template <typename T>
void FillInputMasks(const SparseInputs<T>& batch) {
  if (batch.input_masks == nullptr) return;
  const size_t padded = batch.groups * kMaskBits;
  for (size_t block = 0; block < batch.blocks; ++block) {
    uint64_t* masks = batch.sample_masks + block * batch.mask_stride;
    std::fill(masks + batch.samples, masks + padded, 0);
    batch.used_inputs[block] =
        std::reduce(masks, masks + batch.samples, uint64_t{0}, std::bit_or<>());
  }
  for (size_t group = 0; group < batch.groups; ++group) {
    TransposeBits(batch.sample_masks + group * kMaskBits, batch.mask_stride, batch.blocks,
                  batch.input_masks + group * batch.blocks * kMaskBits);
  }
}

/// Returns the mask of the 64 values at `from`: bit i is set if value i is not zero.
template <typename T>
HWY_INLINE uint64_t NotZero(const T* HWY_RESTRICT from) {
  const hn::ScalableTag<T> d;
  alignas(8) uint8_t bytes[kMaskBits / 8 + 8] = {};
  const size_t lanes = hn::Lanes(d);
  if (lanes >= 8) {
    for (size_t i = 0; i < kMaskBits; i += lanes) {
      hn::StoreMaskBits(d, hn::Ne(hn::LoadU(d, from + i), hn::Zero(d)), bytes + i / 8);
    }
  } else {  // a vector of four floats gives half a byte
    for (size_t i = 0; i < kMaskBits; i += lanes) {
      uint8_t half[8] = {};
      hn::StoreMaskBits(d, hn::Ne(hn::LoadU(d, from + i), hn::Zero(d)), half);
      bytes[i / 8] = static_cast<uint8_t>(bytes[i / 8] | (half[0] << (i % 8)));
    }
  }
  uint64_t mask = 0;
  std::memcpy(&mask, bytes, sizeof(mask));
  return mask;
}

/// Copies 64 bytes and returns their mask, as NotZero does.
HWY_INLINE uint64_t CopyBlock(const uint8_t* HWY_RESTRICT from, uint8_t* HWY_RESTRICT to) {
  const hn::CappedTag<uint8_t, kMaskBits> d;
  alignas(8) uint8_t bits[kMaskBits / 8];
  for (size_t i = 0; i < kMaskBits; i += hn::Lanes(d)) {
    const auto values = hn::LoadU(d, from + i);
    hn::Store(values, d, to + i);
    hn::StoreMaskBits(d, hn::Ne(values, hn::Zero(d)), bits + i / 8);
  }
  uint64_t mask = 0;
  std::memcpy(&mask, bits, sizeof(mask));
  return mask;
}

void Gather(const uint8_t* images, const int64_t* order, const SparseInputs<uint8_t>& batch) {
  const size_t whole = batch.inputs / kMaskBits;
  for (size_t s = 0; s < batch.samples; ++s) {
    const uint8_t* from = images + static_cast<size_t>(order[s]) * batch.inputs;
    uint8_t* to = batch.values + s * batch.stride;
    uint64_t* masks = batch.sample_masks + s;
    for (size_t b = 0; b < whole; ++b) {
      masks[b * batch.mask_stride] = CopyBlock(from + b * kMaskBits, to + b * kMaskBits);
    }
    if (whole == batch.blocks) continue;
    std::memcpy(to + whole * kMaskBits, from + whole * kMaskBits, batch.inputs % kMaskBits);
    masks[whole * batch.mask_stride] = NotZero(to + whole * kMaskBits);
  }
  FillInputMasks(batch);
}

void FindZeros(const SparseInputs<float>& batch) {
  const size_t padded = (batch.inputs + kFloatUnit - 1) / kFloatUnit * kFloatUnit;
  for (size_t s = 0; s < batch.samples; ++s) {
    const float* from = batch.values + s * batch.stride;
    uint64_t* masks = batch.sample_masks + s;
    const size_t whole = padded / kMaskBits;
    for (size_t b = 0; b < whole; ++b) {
      masks[b * batch.mask_stride] = NotZero(from + b * kMaskBits);
    }
    if (whole == batch.blocks) continue;
    alignas(64) float last[kMaskBits] = {};
    std::copy(from + whole * kMaskBits, from + padded, last);
    masks[whole * batch.mask_stride] = NotZero(last);
  }
  FillInputMasks(batch);
}

}  // namespace HWY_NAMESPACE
}  // namespace lrsweep
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
