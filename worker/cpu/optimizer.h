// Computes the numbers with which the kernels apply each optimizer step (UpdateRule).
#pragma once

#include <cstdint>

#include "worker/cpu/kernels.h"
#include "worker/train_config.h"

namespace lrsweep {

/// Turns the rates of each step into an UpdateRule, and counts the steps for Adam's bias
/// correction. The formulas are in cpu_engine.h. Not thread-safe.
class CpuOptimizer {
 public:
  explicit CpuOptimizer(const TrainConfig& config) : config_(config) {}

  /// Counts a step and returns its rule. `momentum` is SGD's momentum or Adam's beta1 at this step.
  UpdateRule Advance(double lr, double momentum);

  /// Whether weights have a second moment besides the buffer (Adam and AdamW).
  bool IsAdam() const { return config_.optimizer != OptimizerType::kSgd; }
  /// Whether any step has written the buffers.
  bool HasBuffers() const { return has_buffers_; }
  int64_t Steps() const { return steps_; }
  void Restore(int64_t steps, bool has_buffers);

 private:
  SgdRule Sgd(double lr, double momentum);
  AdamRule Adam(double lr, double beta1) const;

  TrainConfig config_;
  int64_t steps_ = 0;
  bool has_buffers_ = false;
};

}  // namespace lrsweep
