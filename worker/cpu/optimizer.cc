#include "worker/cpu/optimizer.h"

#include <cmath>

namespace lrsweep {
namespace {

/// Computes base^exponent by squaring, because the last bit of std::pow depends on the machine's
/// libm.
double Power(double base, int64_t exponent) {
  double power = 1;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) power *= base;
    base *= base;
  }
  return power;
}

}  // namespace

SgdRule CpuOptimizer::Sgd(double lr, double momentum) {
  SgdRule rule;
  rule.lr = static_cast<float>(lr);
  rule.momentum = static_cast<float>(momentum);
  rule.use_buffer = momentum != 0;
  // A new buffer starts as the gradient, without dampening.
  rule.gradient_scale = has_buffers_ ? static_cast<float>(1 - config_.dampening) : 1;
  rule.weight_decay = static_cast<float>(config_.weight_decay);
  rule.nesterov = config_.nesterov;
  has_buffers_ = has_buffers_ || rule.use_buffer;
  return rule;
}

AdamRule CpuOptimizer::Adam(double lr, double beta1) const {
  const bool decoupled = config_.optimizer == OptimizerType::kAdamW;
  const double beta2 = config_.beta2;
  AdamRule rule;
  rule.beta1 = static_cast<float>(beta1);
  rule.beta2 = static_cast<float>(beta2);
  rule.gradient_share = static_cast<float>(1 - beta1);
  rule.square_share = static_cast<float>(1 - beta2);
  rule.root_scale = static_cast<float>(1 / std::sqrt(1 - Power(beta2, steps_)));
  rule.eps = static_cast<float>(config_.eps);
  rule.lr = static_cast<float>(lr / (1 - Power(beta1, steps_)));
  rule.weight_decay = decoupled ? 0 : static_cast<float>(config_.weight_decay);
  rule.kept = decoupled ? static_cast<float>(1 - lr * config_.weight_decay) : 1;
  return rule;
}

UpdateRule CpuOptimizer::Advance(double lr, double momentum) {
  ++steps_;
  if (!IsAdam()) return Sgd(lr, momentum);
  has_buffers_ = true;
  return Adam(lr, momentum);
}

void CpuOptimizer::Restore(int64_t steps, bool has_buffers) {
  steps_ = steps;
  has_buffers_ = has_buffers;
}

}  // namespace lrsweep
