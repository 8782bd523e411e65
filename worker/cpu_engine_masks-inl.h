// Masks of what is not zero, for one Highway target (included once per target).
#if defined(LRSWEEP_CPU_ENGINE_MASKS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LRSWEEP_CPU_ENGINE_MASKS_INL_H_
#undef LRSWEEP_CPU_ENGINE_MASKS_INL_H_
#else
#define LRSWEEP_CPU_ENGINE_MASKS_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstring>

#include "worker/cpu_engine_kernels.h"

HWY_BEFORE_NAMESPACE();
namespace lrsweep {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// One level of a bit matrix's transposition: swaps the high bits of rows k with the low ones of
/// rows k + kHalf.
template <size_t kHalf>
HWY_INLINE void SwapBits(uint64_t* HWY_RESTRICT rows, uint64_t low) {
  for (size_t base = 0; base < kMaskBits; base += 2 * kHalf) {
    for (size_t k = base; k < base + kHalf; ++k) {
      const uint64_t changed = ((rows[k] >> kHalf) ^ rows[k + kHalf]) & low;
      rows[k] ^= changed << kHalf;
      rows[k + kHalf] ^= changed;
    }
  }
}

/// Transposes 64 x 64 bits in place: bit c of rows[r] to bit r of rows[c].
HWY_INLINE void TransposeBits(uint64_t* HWY_RESTRICT rows) {
  SwapBits<32>(rows, 0x00000000FFFFFFFFu);
  SwapBits<16>(rows, 0x0000FFFF0000FFFFu);
  SwapBits<8>(rows, 0x00FF00FF00FF00FFu);
  SwapBits<4>(rows, 0x0F0F0F0F0F0F0F0Fu);
  SwapBits<2>(rows, 0x3333333333333333u);
  SwapBits<1>(rows, 0x5555555555555555u);
}

template <typename T>
void FillInputMasks(const SparseInputs<T>& batch) {
  if (batch.input_masks == nullptr) return;
  alignas(64) uint64_t bits[kMaskBits];
  std::fill_n(batch.used_inputs, batch.blocks, 0);
  for (size_t group = 0; group < batch.groups; ++group) {
    const size_t first = group * kMaskBits;
    const size_t count = std::min(kMaskBits, batch.samples - first);
    for (size_t block = 0; block < batch.blocks; ++block) {
      uint64_t used = 0;
      for (size_t s = 0; s < count; ++s) {
        bits[s] = batch.sample_masks[(first + s) * batch.blocks + block];
        used |= bits[s];
      }
      batch.used_inputs[block] |= used;
      for (size_t s = count; s < kMaskBits; ++s) bits[s] = 0;
      TransposeBits(bits);
      uint64_t* to = batch.input_masks + block * kMaskBits * batch.groups + group;
      for (size_t i = 0; i < kMaskBits; ++i) to[i * batch.groups] = bits[i];
    }
  }
}

/// The mask of 64 values from `from` on.
template <typename T>
HWY_INLINE uint64_t NotZero(const T* HWY_RESTRICT from) {
  const hn::ScalableTag<T> d;
  alignas(8) uint8_t bytes[kMaskBits / 8 + 8] = {};
  const size_t lanes = hn::Lanes(d);
  if (lanes >= 8) {
    for (size_t i = 0; i < kMaskBits; i += lanes) {
      hn::StoreMaskBits(d, hn::Ne(hn::LoadU(d, from + i), hn::Zero(d)), bytes + i / 8);
    }
  } else {  // four floats: half a byte at a time
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

/// Copies 64 bytes and returns their mask.
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
    uint64_t* masks = batch.sample_masks + s * batch.blocks;
    for (size_t b = 0; b < whole; ++b) {
      masks[b] = CopyBlock(from + b * kMaskBits, to + b * kMaskBits);
    }
    if (whole == batch.blocks) continue;
    std::memcpy(to + whole * kMaskBits, from + whole * kMaskBits, batch.inputs % kMaskBits);
    masks[whole] = NotZero(to + whole * kMaskBits);
  }
  FillInputMasks(batch);
}

void FindZeros(const SparseInputs<float>& batch) {
  const size_t padded = (batch.inputs + kFloatUnit - 1) / kFloatUnit * kFloatUnit;
  for (size_t s = 0; s < batch.samples; ++s) {
    const float* from = batch.values + s * batch.stride;
    uint64_t* masks = batch.sample_masks + s * batch.blocks;
    const size_t whole = padded / kMaskBits;
    for (size_t b = 0; b < whole; ++b) masks[b] = NotZero(from + b * kMaskBits);
    if (whole == batch.blocks) continue;
    alignas(64) float last[kMaskBits] = {};
    std::copy(from + whole * kMaskBits, from + padded, last);
    masks[whole] = NotZero(last);
  }
  FillInputMasks(batch);
}

}  // namespace HWY_NAMESPACE
}  // namespace lrsweep
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
