// The kernels that work sample by sample (activations, deltas, biases, cross-entropy), and the
// transposition of weights, for one Highway target (included once per target).
#if defined(LRSWEEP_WORKER_CPU_SAMPLES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LRSWEEP_WORKER_CPU_SAMPLES_INL_H_
#undef LRSWEEP_WORKER_CPU_SAMPLES_INL_H_
#else
#define LRSWEEP_WORKER_CPU_SAMPLES_INL_H_
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <algorithm>

#include "worker/cpu/kernels.h"
#include "worker/cpu/update_rules-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lrsweep {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Returns `any`, which starts as 0, or NaN bits in each lane where `value` is not finite. Does
/// nothing on targets that never compute terms of zeros.
HWY_INLINE FloatVec NoteIfNotFinite(FloatVec any, FloatVec value) {
  return kPairsInRegisters ? hn::Or(any, hn::Sub(value, value)) : any;
}
HWY_INLINE bool AllFinite(FloatVec any) {
  return hn::AllTrue(FloatTag(), hn::Eq(any, hn::Zero(FloatTag())));
}

bool Activate(SampleMatrix sums, size_t samples, size_t width, float scale, const float* bias,
              bool relu) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  const FloatVec zero = hn::Zero(d);
  const FloatVec factor = hn::Set(d, scale);
  FloatVec not_finite = zero;
  for (size_t s = 0; s < samples; ++s) {
    float* row = sums.values + s * sums.stride;
    for (size_t i = 0; i < width; i += lanes) {
      const FloatVec sum = hn::Load(d, row + i);
      not_finite = NoteIfNotFinite(not_finite, sum);
      FloatVec value = hn::MulAdd(sum, factor, hn::Load(d, bias + i));
      // Max would treat NaN differently on x86 and Arm.
      if (relu) value = hn::IfThenElse(hn::Lt(value, zero), zero, value);
      hn::Store(value, d, row + i);
    }
  }
  return AllFinite(not_finite);
}

template <typename Rule>
bool FinishDeltasBy(const Rule& rule, SampleMatrix deltas, const SampleMatrix* activations,
                    size_t samples, float scale, const LayerMatrix& bias) {
  const FloatTag d;
  const FloatVec zero = hn::Zero(d);
  const FloatVec factor = hn::Set(d, scale);
  FloatVec not_finite = zero;
  for (size_t i = 0; i < bias.width; i += hn::Lanes(d)) {
    FloatVec gradient[1] = {zero};
    for (size_t s = 0; s < samples; ++s) {
      float* at = deltas.values + s * deltas.stride + i;
      FloatVec delta = hn::Load(d, at);
      if (activations != nullptr) {
        const FloatVec active = hn::Load(d, activations->values + s * activations->stride + i);
        delta = hn::IfThenElse(hn::Le(active, zero), zero, delta);
      }
      not_finite = NoteIfNotFinite(not_finite, delta);
      gradient[0] = hn::Add(gradient[0], delta);
      hn::Store(hn::Mul(delta, factor), d, at);
    }
    rule.Apply(gradient, bias, i);
  }
  return AllFinite(not_finite);
}

bool FinishDeltas(SampleMatrix deltas, const SampleMatrix* activations, size_t samples, float scale,
                  const UpdateRule& rule, const LayerMatrix& bias) {
  return WithRule(rule, [&](const auto& by) HWY_ATTR {
    return FinishDeltasBy(by, deltas, activations, samples, scale, bias);
  });
}

/// Copies 64 rows of `classes` logits to [classes, 64], so that each sample is one lane of a
/// vector.
HWY_INLINE void ClassMajor(const float* HWY_RESTRICT logits, size_t stride, size_t classes,
                           float* HWY_RESTRICT out) {
  for (size_t s = 0; s < kMaskBits; ++s) {
    for (size_t c = 0; c < classes; ++c) out[c * kMaskBits + s] = logits[s * stride + c];
  }
}

/// Computes the loss and the prediction of one vector of samples. Replaces the logits in `scratch`
/// by the softmax's numerators and returns its denominators.
HWY_INLINE FloatVec LossOfLanes(float* HWY_RESTRICT scratch, FloatVec label, size_t classes,
                                float* losses, float* predicted) {
  const FloatTag d;
  FloatVec largest = hn::Load(d, scratch);
  FloatVec best = hn::Zero(d);
  for (size_t c = 1; c < classes; ++c) {
    const FloatVec logit = hn::Load(d, scratch + c * kMaskBits);
    const auto larger = hn::Gt(logit, largest);
    largest = hn::IfThenElse(larger, logit, largest);
    best = hn::IfThenElse(larger, hn::Set(d, static_cast<float>(c)), best);
  }
  FloatVec sum = hn::Zero(d);
  FloatVec at_label = hn::Zero(d);
  for (size_t c = 0; c < classes; ++c) {
    const FloatVec shifted = hn::Sub(hn::Load(d, scratch + c * kMaskBits), largest);
    const auto is_label = hn::Eq(label, hn::Set(d, static_cast<float>(c)));
    at_label = hn::IfThenElse(is_label, shifted, at_label);
    // Highway's Exp returns 0 for NaN.
    const FloatVec power = hn::IfThenElse(hn::Eq(shifted, shifted), hn::Exp(d, shifted), shifted);
    hn::Store(power, d, scratch + c * kMaskBits);
    sum = hn::Add(sum, power);
  }
  const FloatVec loss = hn::Sub(hn::Log(d, sum), at_label);
  hn::Store(hn::IfThenElse(hn::Eq(sum, sum), loss, sum), d, losses);
  hn::Store(best, d, predicted);
  return sum;
}

/// scratch = (numerator / sum - 1 at the label) / batch, for one vector of samples.
HWY_INLINE void DeltasOfLanes(float* HWY_RESTRICT scratch, FloatVec label, FloatVec sum,
                              size_t classes, FloatVec per_sample) {
  const FloatTag d;
  const FloatVec one = hn::Set(d, 1.0f);
  const FloatVec inverse = hn::Div(one, sum);
  for (size_t c = 0; c < classes; ++c) {
    const FloatVec power = hn::Load(d, scratch + c * kMaskBits);
    const auto is_label = hn::Eq(label, hn::Set(d, static_cast<float>(c)));
    const FloatVec target = hn::IfThenElseZero(is_label, one);
    hn::Store(hn::Mul(hn::MulSub(power, inverse, target), per_sample), d, scratch + c * kMaskBits);
  }
}

void CrossEntropy(SampleMatrix logits, const float* labels, size_t samples, size_t classes,
                  float* losses, float* predicted, SampleMatrix deltas, float* scratch) {
  const FloatTag d;
  const FloatVec per_sample = hn::Set(d, 1.0f / static_cast<float>(samples));
  for (size_t first = 0; first < samples; first += kMaskBits) {
    ClassMajor(logits.values + first * logits.stride, logits.stride, classes, scratch);
    for (size_t s = 0; s < kMaskBits; s += hn::Lanes(d)) {
      const FloatVec label = hn::Load(d, labels + first + s);
      const FloatVec sum =
          LossOfLanes(scratch + s, label, classes, losses + first + s, predicted + first + s);
      if (deltas.values != nullptr) DeltasOfLanes(scratch + s, label, sum, classes, per_sample);
    }
    if (deltas.values == nullptr) continue;
    const size_t count = std::min(kMaskBits, samples - first);
    for (size_t s = 0; s < count; ++s) {
      float* to = deltas.values + (first + s) * deltas.stride;
      for (size_t c = 0; c < classes; ++c) to[c] = scratch[c * kMaskBits + s];
    }
  }
}

/// Transposes 4 x 4 floats, from rows that are `columns` apart to rows that are `rows` apart.
HWY_INLINE void TransposeFour(const float* HWY_RESTRICT in, size_t columns, size_t rows,
                              float* HWY_RESTRICT out) {
  const hn::FixedTag<float, 4> d;
  const auto a = hn::Load(d, in);
  const auto b = hn::Load(d, in + columns);
  const auto c = hn::Load(d, in + 2 * columns);
  const auto e = hn::Load(d, in + 3 * columns);
  const hn::RepartitionToWide<decltype(d)> dw;
  const auto ab_low = hn::BitCast(dw, hn::InterleaveLower(d, a, b));
  const auto ab_high = hn::BitCast(dw, hn::InterleaveUpper(d, a, b));
  const auto ce_low = hn::BitCast(dw, hn::InterleaveLower(d, c, e));
  const auto ce_high = hn::BitCast(dw, hn::InterleaveUpper(d, c, e));
  hn::Store(hn::BitCast(d, hn::InterleaveLower(dw, ab_low, ce_low)), d, out);
  hn::Store(hn::BitCast(d, hn::InterleaveUpper(dw, ab_low, ce_low)), d, out + rows);
  hn::Store(hn::BitCast(d, hn::InterleaveLower(dw, ab_high, ce_high)), d, out + 2 * rows);
  hn::Store(hn::BitCast(d, hn::InterleaveUpper(dw, ab_high, ce_high)), d, out + 3 * rows);
}

void Transpose(const float* in, size_t rows, size_t columns, float* out) {
  for (size_t r = 0; r < rows; r += kFloatUnit) {
    for (size_t c = 0; c < columns; c += 4) {
      for (size_t i = r; i < r + kFloatUnit; i += 4) {
        TransposeFour(in + i * columns + c, columns, rows, out + c * rows + i);
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lrsweep
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
