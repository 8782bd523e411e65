// LRRangeTest: the rate rises until the training diverges, to find out which rates are good.
#pragma once

#include <cstdint>

#include "schedulers/schedule.h"

namespace lrsweep {

enum class RangeTestMode { kExp, kLinear };

struct LrRangeTestOptions {
  double start_lr = 1e-7;  // above 0 in mode kExp
  double end_lr = 10;      // at least start_lr
  int64_t num_iter = 100;
  RangeTestMode step_mode = RangeTestMode::kExp;
};

/// start_lr * (end_lr / start_lr) ^ r (kExp), or start_lr + (end_lr - start_lr) * r (kLinear),
/// where r = tick / (num_iter - 1). (Leslie Smith, arXiv:1506.01186, section 3.3; formulas, names
/// and defaults of pytorch-lr-finder, start_lr of fastai's lr_find)
///
/// Tick 0: start_lr. From tick num_iter - 1 on: end_lr.
Schedule LrRangeTest(const LrRangeTestOptions& options, double momentum);

SchedulerType LrRangeTestType();

}  // namespace lrsweep
