// Applies a gradient to the weights by SGD's or Adam's formula, for one Highway target (included
// once per target).
#if defined(LRSWEEP_WORKER_CPU_UPDATE_RULES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LRSWEEP_WORKER_CPU_UPDATE_RULES_INL_H_
#undef LRSWEEP_WORKER_CPU_UPDATE_RULES_INL_H_
#else
#define LRSWEEP_WORKER_CPU_UPDATE_RULES_INL_H_
#endif

#include <hwy/highway.h>

#include <cmath>
#include <variant>

#include "worker/cpu/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace lrsweep {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::CappedTag<float, kFloatUnit>;
using FloatVec = hn::Vec<FloatTag>;

/// Whether two rows or samples at a time, which share their loads, fit into the registers.
constexpr bool kPairsInRegisters = HWY_TARGET != HWY_AVX2;

/// The mask with all 64 rows of a block.
constexpr uint64_t kAllRows = ~uint64_t{0};

/// With a factor that is not finite, a rule may change weights whose gradient and buffers are zero.
template <typename... Factors>
bool AreFinite(Factors... factors) {
  return (std::isfinite(factors) && ...);
}

/// SGD without weight decay, dampening and Nesterov (SgdRule::IsPlain).
struct PlainSgd {
  explicit PlainSgd(const SgdRule& rule)
      : minus_lr(hn::Set(FloatTag(), -rule.lr)),
        momentum(hn::Set(FloatTag(), rule.momentum)),
        use_buffer(rule.use_buffer),
        keeps_zeros(AreFinite(rule.lr, rule.momentum)) {}

  /// Returns which of 64 rows a step may change, given the mask `used` of rows that have a gradient
  /// now and the mask `moved` of rows that have had one (LayerMatrix::moved_rows).
  uint64_t Changes(uint64_t used, uint64_t moved) const {
    if (!keeps_zeros) return kAllRows;
    return use_buffer ? moved : used;
  }

  /// Updates N vectors of weights, starting at index `at` of the layer, with their gradient.
  template <size_t N>
  HWY_INLINE void Apply(const FloatVec (&gradient)[N], const LayerMatrix& layer, size_t at) const {
    const FloatTag d;
    float* HWY_RESTRICT weights = layer.weights + at;
    if (!use_buffer) {
      for (size_t v = 0; v < N; ++v) {
        float* weight = weights + v * hn::Lanes(d);
        hn::Store(hn::MulAdd(minus_lr, gradient[v], hn::Load(d, weight)), d, weight);
      }
      return;
    }
    float* HWY_RESTRICT buffer = layer.buffer + at;
    for (size_t v = 0; v < N; ++v) {
      const size_t i = v * hn::Lanes(d);
      const FloatVec step = hn::MulAdd(momentum, hn::Load(d, buffer + i), gradient[v]);
      hn::Store(step, d, buffer + i);
      hn::Store(hn::MulAdd(minus_lr, step, hn::Load(d, weights + i)), d, weights + i);
    }
  }

  FloatVec minus_lr, momentum;
  bool use_buffer, keeps_zeros;
};

/// SGD with all its options.
struct GeneralSgd {
  explicit GeneralSgd(const SgdRule& rule)
      : minus_lr(hn::Set(FloatTag(), -rule.lr)),
        momentum(hn::Set(FloatTag(), rule.momentum)),
        gradient_scale(hn::Set(FloatTag(), rule.gradient_scale)),
        weight_decay(hn::Set(FloatTag(), rule.weight_decay)),
        use_buffer(rule.use_buffer),
        nesterov(rule.nesterov),
        keeps_zeros(rule.weight_decay == 0 &&
                    AreFinite(rule.lr, rule.momentum, rule.gradient_scale)) {}

  uint64_t Changes(uint64_t /*used*/, uint64_t moved) const {
    return keeps_zeros ? moved : kAllRows;
  }

  template <size_t N>
  HWY_INLINE void Apply(const FloatVec (&gradient)[N], const LayerMatrix& layer, size_t at) const {
    const FloatTag d;
    for (size_t v = 0; v < N; ++v) {
      const size_t i = at + v * hn::Lanes(d);
      const FloatVec weight = hn::Load(d, layer.weights + i);
      const FloatVec decayed = hn::MulAdd(weight_decay, weight, gradient[v]);
      FloatVec step = decayed;
      if (use_buffer) {
        const FloatVec scaled = hn::Mul(gradient_scale, decayed);
        const FloatVec mean = hn::MulAdd(momentum, hn::Load(d, layer.buffer + i), scaled);
        hn::Store(mean, d, layer.buffer + i);
        step = nesterov ? hn::MulAdd(momentum, mean, decayed) : mean;
      }
      hn::Store(hn::MulAdd(minus_lr, step, weight), d, layer.weights + i);
    }
  }

  FloatVec minus_lr, momentum, gradient_scale, weight_decay;
  bool use_buffer, nesterov, keeps_zeros;
};

/// Adam and AdamW.
struct Adam {
  explicit Adam(const AdamRule& rule)
      : minus_lr(hn::Set(FloatTag(), -rule.lr)),
        beta1(hn::Set(FloatTag(), rule.beta1)),
        beta2(hn::Set(FloatTag(), rule.beta2)),
        gradient_share(hn::Set(FloatTag(), rule.gradient_share)),
        square_share(hn::Set(FloatTag(), rule.square_share)),
        root_scale(hn::Set(FloatTag(), rule.root_scale)),
        eps(hn::Set(FloatTag(), rule.eps)),
        weight_decay(hn::Set(FloatTag(), rule.weight_decay)),
        kept(hn::Set(FloatTag(), rule.kept)),
        keeps_zeros(rule.weight_decay == 0 && rule.kept == 1 &&
                    AreFinite(rule.lr, rule.beta1, rule.beta2, rule.gradient_share,
                              rule.square_share, rule.root_scale, rule.eps)) {}

  uint64_t Changes(uint64_t /*used*/, uint64_t moved) const {
    return keeps_zeros ? moved : kAllRows;
  }

  template <size_t N>
  HWY_INLINE void Apply(const FloatVec (&gradient)[N], const LayerMatrix& layer, size_t at) const {
    const FloatTag d;
    for (size_t v = 0; v < N; ++v) {
      const size_t i = at + v * hn::Lanes(d);
      const FloatVec weight = hn::Load(d, layer.weights + i);
      const FloatVec g = hn::MulAdd(weight_decay, weight, gradient[v]);
      const FloatVec mean =
          hn::MulAdd(gradient_share, g, hn::Mul(beta1, hn::Load(d, layer.buffer + i)));
      const FloatVec square =
          hn::MulAdd(hn::Mul(square_share, g), g, hn::Mul(beta2, hn::Load(d, layer.square + i)));
      hn::Store(mean, d, layer.buffer + i);
      hn::Store(square, d, layer.square + i);
      const FloatVec denominator = hn::MulAdd(hn::Sqrt(square), root_scale, eps);
      // Without eps, the padding would be 0 / 0.
      const FloatVec step =
          hn::IfThenElseZero(hn::Ne(mean, hn::Zero(d)), hn::Div(mean, denominator));
      hn::Store(hn::MulAdd(minus_lr, step, hn::Mul(kept, weight)), d, layer.weights + i);
    }
  }

  FloatVec minus_lr, beta1, beta2, gradient_share, square_share, root_scale, eps, weight_decay,
      kept;
  bool keeps_zeros;
};

/// Calls `use` with the rule in vector form (PlainSgd, GeneralSgd or Adam) and returns its result.
template <typename Use>
HWY_INLINE auto WithRule(const UpdateRule& rule, const Use& use) {
  if (const auto* adam = std::get_if<AdamRule>(&rule)) return use(Adam(*adam));
  const auto& sgd = *std::get_if<SgdRule>(&rule);
  if (sgd.IsPlain()) return use(PlainSgd(sgd));
  return use(GeneralSgd(sgd));
}

}  // namespace HWY_NAMESPACE
}  // namespace lrsweep
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
