// The loops over one block of 64 of a layer's weight rows, for one Highway target (included once
// per target). layer-inl.h applies them to the whole layer.
#if defined(LRSWEEP_WORKER_CPU_LAYER_BLOCK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LRSWEEP_WORKER_CPU_LAYER_BLOCK_INL_H_
#undef LRSWEEP_WORKER_CPU_LAYER_BLOCK_INL_H_
#else
#define LRSWEEP_WORKER_CPU_LAYER_BLOCK_INL_H_
#endif

#include <hwy/highway.h>

#include "worker/cpu/kernels.h"
#include "worker/cpu/update_rules-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lrsweep {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The most vectors of a strip of columns. The sums of a strip stay in registers: AVX2 has 16, the
/// other targets 32.
constexpr size_t kStripVectors = 8;

HWY_INLINE size_t TakeLowestBit(uint64_t& mask) {
  const size_t bit = hwy::Num0BitsBelowLS1Bit_Nonzero64(mask);
  mask &= mask - 1;
  return bit;
}

/// Two masks are similar if at most one in this many of their bits differs. Then the loads that the
/// two share save more time than the extra terms of zeros cost.
constexpr size_t kBitsPerDifference = 5;

/// Whether two neighbours (rows or samples) are worth computing together with shared loads: their
/// masks are similar (equal if `strict`) and not both empty. The masks are adjacent words; each has
/// `words` words, `stride` apart.
HWY_INLINE bool AreAPair(const uint64_t* HWY_RESTRICT masks, size_t words, size_t stride,
                         bool strict) {
  size_t either = 0;
  size_t different = 0;
  for (size_t w = 0; w < words; ++w, masks += stride) {
    either += hwy::PopCount(masks[0] | masks[1]);
    different += hwy::PopCount(masks[0] ^ masks[1]);
  }
  return either != 0 && different <= (strict ? 0 : either / kBitsPerDifference);
}

HWY_INLINE FloatVec Broadcast(float value) { return hn::Set(FloatTag(), value); }
HWY_INLINE FloatVec Broadcast(uint8_t value) {
  return hn::Set(FloatTag(), static_cast<float>(static_cast<int32_t>(value)));
}

/// Loads a vector that R sums share. The empty asm forces it into a register: otherwise the
/// compiler would load it again for each sum, as an operand of the product, and loads limit the
/// speed of these loops.
template <size_t R>
HWY_INLINE FloatVec LoadForAll(const float* HWY_RESTRICT from) {
  FloatVec loaded = hn::Load(FloatTag(), from);
#if HWY_ARCH_X86
  if constexpr (R > 1) asm("" : "+v"(loaded.raw));
#endif
  return loaded;
}

/// Adds value * row to R sums of N vectors each, with one value per sum, `value_stride` apart.
template <size_t R, size_t N, typename T>
HWY_INLINE void AddRow(const T* HWY_RESTRICT values, size_t value_stride,
                       const float* HWY_RESTRICT row, FloatVec (&sums)[R][N]) {
  FloatVec value[R];
  for (size_t r = 0; r < R; ++r) {
    value[r] = Broadcast(values[r * value_stride]);
  }
  for (size_t v = 0; v < N; ++v) {
    const FloatVec factor = LoadForAll<R>(row + v * hn::Lanes(FloatTag()));
    for (size_t r = 0; r < R; ++r) sums[r][v] = hn::MulAdd(value[r], factor, sums[r][v]);
  }
}

/// A batch as the update of one strip sees it: pointers to the first sample, and in the deltas to
/// the strip's first column.
template <typename T>
struct StripBatch {
  size_t groups, group_stride;  // of the masks
  const T* HWY_RESTRICT values;
  size_t value_stride;
  const float* HWY_RESTRICT deltas;
  size_t delta_stride;
};

/// Updates the weight row of input `row`, or for R = 2 that row and the next one, whose masks form
/// a pair, together. `at`: the index of the strip's first weight in the layer.
template <size_t R, size_t N, typename T, typename Rule>
HWY_INLINE void UpdateRows(const StripBatch<T> batch, const Rule& rule, size_t row,
                           const uint64_t* HWY_RESTRICT masks, const LayerMatrix& layer,
                           size_t at) {
  FloatVec gradient[R][N];
  for (auto& of_row : gradient) {
    for (FloatVec& v : of_row) v = hn::Zero(FloatTag());
  }
  const T* HWY_RESTRICT values = batch.values + row;
  const float* HWY_RESTRICT deltas = batch.deltas;
  for (size_t group = 0; group < batch.groups; ++group) {
    uint64_t mask = masks[0] | masks[R - 1];
    while (mask != 0) {
      const size_t s = TakeLowestBit(mask);
      AddRow(values + s * batch.value_stride, 1, deltas + s * batch.delta_stride, gradient);
    }
    masks += batch.group_stride;
    values += kMaskBits * batch.value_stride;
    deltas += kMaskBits * batch.delta_stride;
  }
  for (size_t r = 0; r < R; ++r) {
    rule.Apply(gradient[r], layer, at + r * layer.width);
  }
}

/// Updates a strip of N vectors, starting at column `column`, of those weight rows whose bit is set
/// in `rows` (bit 0 is row `first`).
template <size_t N, typename T, typename Rule>
HWY_NOINLINE void UpdateStrip(const SparseInputs<T>& batch, SampleMatrix deltas,
                              const Rule& layer_rule, const LayerMatrix& layer_matrix, size_t first,
                              uint64_t rows, size_t column) {
  // Copies can stay in registers. Behind a pointer, the compiler must assume that every vector
  // store changes them.
  const Rule rule = layer_rule;
  const LayerMatrix layer = layer_matrix;
  const StripBatch<T> strip = {batch.groups, batch.blocks * kMaskBits, batch.values,
                               batch.stride, deltas.values + column,   deltas.stride};
  const bool strict = batch.strict;
  const uint64_t* HWY_RESTRICT masks = batch.input_masks + first;
  size_t row = first;
  while (rows != 0) {
    size_t done = 1;
    if (kPairsInRegisters && (rows & 3) == 3 &&
        AreAPair(masks, strip.groups, strip.group_stride, strict)) {
      UpdateRows<2, N>(strip, rule, row, masks, layer, row * layer.width + column);
      done = 2;
    } else if ((rows & 1) != 0) {
      UpdateRows<1, N>(strip, rule, row, masks, layer, row * layer.width + column);
    }
    row += done;
    rows >>= done;
    masks += done;
  }
}

/// Adds the inputs whose bit is set in `mask` to the sums of R samples, N vectors of each. The
/// pointers are to the block's first input and the strip's first column. `fresh`: the sums start at
/// 0 instead of their stored values.
template <size_t R, size_t N, typename T>
HWY_INLINE void AddSamples(const T* HWY_RESTRICT values, size_t value_stride, uint64_t mask,
                           const float* HWY_RESTRICT weights, size_t width,
                           float* HWY_RESTRICT sums, size_t sum_stride, bool fresh) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  FloatVec sum[R][N];
  for (size_t r = 0; r < R; ++r) {
    for (size_t v = 0; v < N; ++v) {
      sum[r][v] = fresh ? hn::Zero(d) : hn::Load(d, sums + r * sum_stride + v * lanes);
    }
  }
  while (mask != 0) {
    const size_t i = TakeLowestBit(mask);
    AddRow(values + i, value_stride, weights + i * width, sum);
  }
  for (size_t r = 0; r < R; ++r) {
    for (size_t v = 0; v < N; ++v) hn::Store(sum[r][v], d, sums + r * sum_stride + v * lanes);
  }
}

/// Does the same as AddSamples for S adjacent strips of N vectors.
template <size_t S, size_t R, size_t N, typename T>
HWY_INLINE void AddStrips(const T* HWY_RESTRICT values, size_t value_stride, uint64_t mask,
                          const float* HWY_RESTRICT weights, size_t width, float* HWY_RESTRICT sums,
                          size_t sum_stride, bool fresh) {
  AddSamples<R, N>(values, value_stride, mask, weights, width, sums, sum_stride, fresh);
  if constexpr (S > 1) {
    constexpr size_t kColumns = N * hn::MaxLanes(FloatTag());
    AddStrips<S - 1, R, N>(values, value_stride, mask, weights + kColumns, width, sums + kColumns,
                           sum_stride, fresh);
  }
}

/// Adds a block of 64 inputs to the sums of all samples, in S strips of N vectors that start at
/// column `column`.
template <size_t S, size_t N, typename T>
HWY_NOINLINE void AddBlock(const SparseInputs<T>& batch, const LayerMatrix& layer, size_t block,
                           size_t column, SampleMatrix sums) {
  // Copies can stay in registers (see UpdateStrip).
  const bool fresh = block == 0;
  const bool strict = batch.strict;
  const size_t width = layer.width;
  const size_t value_stride = batch.stride;
  const size_t sum_stride = sums.stride;
  const float* HWY_RESTRICT weights = layer.weights + block * kMaskBits * width + column;
  const uint64_t* HWY_RESTRICT masks = batch.sample_masks + block * batch.mask_stride;
  const uint64_t* const end = masks + batch.samples;
  const T* HWY_RESTRICT values = batch.values + block * kMaskBits;
  float* HWY_RESTRICT to = sums.values + column;
  while (masks < end) {
    const uint64_t mask = masks[0];
    size_t samples = 1;
    if (kPairsInRegisters && masks + 1 < end && AreAPair(masks, 1, 1, strict)) {
      const uint64_t either = mask | masks[1];
      AddStrips<S, 2, N>(values, value_stride, either, weights, width, to, sum_stride, fresh);
      samples = 2;
    } else if (mask != 0 || fresh) {
      AddStrips<S, 1, N>(values, value_stride, mask, weights, width, to, sum_stride, fresh);
    }
    masks += samples;
    values += samples * value_stride;
    to += samples * sum_stride;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lrsweep
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
