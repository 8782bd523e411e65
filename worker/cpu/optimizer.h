// What the optimizer does to the weights at each step, as numbers for the kernels.
#pragma once

#include <cstdint>

#include "worker/cpu/kernels.h"
#include "worker/train_config.h"

namespace lrsweep {

/// Counts a training's optimizer steps. Formulas: cpu_engine.h.
class CpuOptimizer {
 public:
  explicit CpuOptimizer(const TrainConfig& config) : config_(config) {}

  /// The next step's rule, by its own rates: `momentum` is SGD's, or Adam's beta1. The step counts
  /// as done.
  UpdateRule Advance(double lr, double momentum);

  /// Whether weights have a second moment beside the buffer.
  bool IsAdam() const { return config_.optimizer != OptimizerType::kSgd; }
  /// Whether a step has written the buffers.
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
