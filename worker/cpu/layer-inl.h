// The passes of a layer over its weights, in blocks of rows and strips of columns, for one Highway
// target (included once per target).
#if defined(LRSWEEP_WORKER_CPU_LAYER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LRSWEEP_WORKER_CPU_LAYER_INL_H_
#undef LRSWEEP_WORKER_CPU_LAYER_INL_H_
#else
#define LRSWEEP_WORKER_CPU_LAYER_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <utility>

#include "worker/cpu/kernels.h"
#include "worker/cpu/layer_block-inl.h"
#include "worker/cpu/update_rules-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lrsweep {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// How many strips AddBlock computes together: as many as make 128 columns. A narrower part of a
/// block of weights would map to only some of the first-level cache's sets and leave the others
/// unused.
constexpr size_t kStripsTogether = kFloatUnit / hn::MaxLanes(FloatTag());

/// Prefetches one block of columns of the images that will be gathered next; usually they are in
/// no cache.
template <typename T>
HWY_INLINE void PrefetchBlock(const SparseInputs<T>& batch, size_t block) {
  for (size_t s = 0; s < batch.upcoming_samples; ++s) {
    const size_t image = static_cast<size_t>(batch.upcoming_order[s]);
    __builtin_prefetch(batch.upcoming + image * batch.inputs + block * kMaskBits, 0, 2);
  }
}

/// Tables of the kernels UpdateStrip and AddBlock; entry i is for strips of i + 1 vectors.
template <typename T, typename Rule>
struct StripKernels {
  using Update = void (*)(const SparseInputs<T>&, SampleMatrix, const Rule&, const LayerMatrix&,
                          size_t, uint64_t, size_t);
  using Add = void (*)(const SparseInputs<T>&, const LayerMatrix&, size_t, size_t, SampleMatrix);

  template <size_t... kIndex>
  static constexpr std::array<Update, sizeof...(kIndex)> Updates(std::index_sequence<kIndex...>) {
    return {&UpdateStrip<kIndex + 1, T, Rule>...};
  }
  template <size_t S, size_t... kIndex>
  static constexpr std::array<Add, sizeof...(kIndex)> Adds(std::index_sequence<kIndex...>) {
    return {&AddBlock<S, kIndex + 1, T>...};
  }
};

/// Divides a layer's columns into as few strips as possible, of at most two sizes that differ by
/// one vector; the larger strips come first.
struct Strips {
  explicit Strips(size_t width)
      : vectors(width / hn::Lanes(FloatTag())),
        count((vectors + kStripVectors - 1) / kStripVectors) {}

  size_t Begin(size_t strip) const {
    return vectors / count * strip + std::min(strip, vectors % count);
  }
  size_t Vectors(size_t strip) const { return Begin(strip + 1) - Begin(strip); }
  size_t Column(size_t strip) const { return Begin(strip) * hn::Lanes(FloatTag()); }
  /// How many strips, starting with `strip`, are computed together: kStripsTogether if that many of
  /// equal size follow, else 1.
  size_t Together(size_t strip) const {
    const size_t end = strip + kStripsTogether;
    const bool alike = end <= count && Vectors(end - 1) == Vectors(strip);
    return alike ? kStripsTogether : 1;
  }

  size_t vectors, count;
};

/// Returns the mask of those rows of the block that a step with this batch's gradient may change.
template <typename T, typename Rule>
HWY_INLINE uint64_t RowsToUpdate(const SparseInputs<T>& batch, const Rule& rule,
                                 const LayerMatrix& layer, size_t block) {
  const uint64_t used = batch.used_inputs[block];
  layer.moved_rows[block] |= used;
  const size_t rows = std::min(kMaskBits, layer.inputs - block * kMaskBits);
  return rule.Changes(used, layer.moved_rows[block]) & (kAllRows >> (kMaskBits - rows));
}

template <typename T, typename Rule>
void TrainLayerBy(const Rule& rule, const SparseInputs<T>* now, SampleMatrix deltas,
                  const LayerMatrix& layer, const SparseInputs<T>* next, SampleMatrix sums) {
  using Kernels = StripKernels<T, Rule>;
  constexpr auto kIndices = std::make_index_sequence<kStripVectors>();
  static constexpr auto kUpdates = Kernels::Updates(kIndices);
  static constexpr auto kAddsOfOne = Kernels::template Adds<1>(kIndices);
  static constexpr auto kAddsOfAll = Kernels::template Adds<kStripsTogether>(kIndices);
  const Strips strips(layer.width);
  for (size_t block = 0; block * kMaskBits < layer.inputs; ++block) {
    const uint64_t rows = now == nullptr ? 0 : RowsToUpdate(*now, rule, layer, block);
    size_t together = 0;
    for (size_t strip = 0; strip < strips.count; strip += together) {
      together = strips.Together(strip);
      const size_t index = strips.Vectors(strip) - 1;
      if (now != nullptr) {
        for (size_t s = strip; s < strip + together; ++s) {
          kUpdates[index](*now, deltas, rule, layer, block * kMaskBits, rows, strips.Column(s));
        }
      }
      if (next == nullptr) continue;
      if (strip == 0) PrefetchBlock(*next, block);
      const auto& adds = together == 1 ? kAddsOfOne : kAddsOfAll;
      adds[index](*next, layer, block, strips.Column(strip), sums);
    }
  }
}

template <typename T>
void TrainLayer(const SparseInputs<T>* now, SampleMatrix deltas, const UpdateRule& rule,
                const LayerMatrix& layer, const SparseInputs<T>* next, SampleMatrix sums) {
  WithRule(rule,
           [&](const auto& by) HWY_ATTR { TrainLayerBy(by, now, deltas, layer, next, sums); });
}

void TrainBytes(const SparseInputs<uint8_t>* now, SampleMatrix deltas, const UpdateRule& rule,
                const LayerMatrix& layer, const SparseInputs<uint8_t>* next, SampleMatrix sums) {
  TrainLayer(now, deltas, rule, layer, next, sums);
}

void TrainFloats(const SparseInputs<float>* now, SampleMatrix deltas, const UpdateRule& rule,
                 const LayerMatrix& layer, const SparseInputs<float>* next, SampleMatrix sums) {
  TrainLayer(now, deltas, rule, layer, next, sums);
}

}  // namespace HWY_NAMESPACE
}  // namespace lrsweep
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
