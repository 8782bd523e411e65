// The passes of a narrow layer (width at most 2 * kFloatUnit; usually the last one), for one
// Highway target (included once per target). A single narrow row has too few independent sums to
// hide the latency of an fma, so several samples or inputs are computed at a time.
#if defined(LRSWEEP_WORKER_CPU_NARROW_LAYER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LRSWEEP_WORKER_CPU_NARROW_LAYER_INL_H_
#undef LRSWEEP_WORKER_CPU_NARROW_LAYER_INL_H_
#else
#define LRSWEEP_WORKER_CPU_NARROW_LAYER_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "worker/cpu/kernels.h"
#include "worker/cpu/update_rules-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lrsweep {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// How many rows of N vectors are computed at a time: as many as fit into the registers.
template <size_t N>
constexpr size_t kRowsAtATime = N == 1 ? 8 : (N == 2 ? 4 : (N <= 4 ? 2 : 1));

template <size_t N>
void SumsNarrowOf(const SparseInputs<float>& batch, const LayerMatrix& layer, SampleMatrix sums) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  constexpr size_t kRows = kRowsAtATime<N>;
  for (size_t s = 0; s < batch.samples; s += kRows) {
    FloatVec sum[kRows * N];
    for (FloatVec& v : sum) v = hn::Zero(d);
    const float* HWY_RESTRICT values = batch.values + s * batch.stride;
    const float* HWY_RESTRICT weights = layer.weights;
    for (size_t i = 0; i < layer.inputs; ++i, weights += N * lanes) {
      for (size_t r = 0; r < kRows; ++r) {
        const FloatVec value = hn::Set(d, values[r * batch.stride + i]);
        for (size_t v = 0; v < N; ++v) {
          sum[r * N + v] = hn::MulAdd(value, hn::Load(d, weights + v * lanes), sum[r * N + v]);
        }
      }
    }
    for (size_t r = 0; r < kRows; ++r) {
      float* to = sums.values + (s + r) * sums.stride;
      for (size_t v = 0; v < N; ++v) hn::Store(sum[r * N + v], d, to + v * lanes);
    }
  }
}

/// Updates the weight rows i to i + kRows - 1.
template <size_t kRows, size_t N, typename Rule>
HWY_INLINE void UpdateNarrowRows(const SparseInputs<float>& batch, SampleMatrix deltas,
                                 const Rule& rule, const LayerMatrix& layer, size_t i) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  FloatVec gradient[kRows][N];
  for (auto& row : gradient) {
    for (FloatVec& v : row) v = hn::Zero(d);
  }
  const float* HWY_RESTRICT values = batch.values + i;
  const float* HWY_RESTRICT delta = deltas.values;
  for (size_t s = 0; s < batch.samples; ++s) {
    for (size_t r = 0; r < kRows; ++r) {
      const FloatVec value = hn::Set(d, values[r]);
      for (size_t v = 0; v < N; ++v) {
        gradient[r][v] = hn::MulAdd(value, hn::Load(d, delta + v * lanes), gradient[r][v]);
      }
    }
    values += batch.stride;
    delta += deltas.stride;
  }
  for (size_t r = 0; r < kRows; ++r) {
    rule.Apply(gradient[r], layer, (i + r) * N * lanes);
  }
}

template <size_t N, typename Rule>
void UpdateNarrowOf(const SparseInputs<float>& batch, SampleMatrix deltas, const Rule& rule,
                    const LayerMatrix& layer) {
  constexpr size_t kRows = kRowsAtATime<N>;
  size_t i = 0;
  for (; i + kRows <= layer.inputs; i += kRows) {
    UpdateNarrowRows<kRows, N>(batch, deltas, rule, layer, i);
  }
  for (; i < layer.inputs; ++i) UpdateNarrowRows<1, N>(batch, deltas, rule, layer, i);
}

void SumsNarrow(const SparseInputs<float>& batch, const LayerMatrix& layer, SampleMatrix sums) {
  constexpr size_t kUnit = kFloatUnit / hn::MaxLanes(FloatTag());
  if (layer.width == kFloatUnit) return SumsNarrowOf<kUnit>(batch, layer, sums);
  SumsNarrowOf<2 * kUnit>(batch, layer, sums);
}

void UpdateNarrow(const SparseInputs<float>& batch, SampleMatrix deltas, const UpdateRule& rule,
                  const LayerMatrix& layer) {
  constexpr size_t kUnit = kFloatUnit / hn::MaxLanes(FloatTag());
  WithRule(rule, [&](const auto& by) HWY_ATTR {
    if (layer.width == kFloatUnit) return UpdateNarrowOf<kUnit>(batch, deltas, by, layer);
    UpdateNarrowOf<2 * kUnit>(batch, deltas, by, layer);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace lrsweep
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
