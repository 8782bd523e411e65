// REX: stays higher than a line, then falls faster.
#pragma once

#include <cstdint>

#include "schedulers/schedule.h"

namespace lrsweep {

struct RexOptions {
  int64_t total_iters = 0;  // required; left out in a configuration, it is the run's length
  double eta_min = 0;
};

/// eta_min + (lr - eta_min) * (1 - p) / (1 - p / 2), p = min(tick, total_iters) / total_iters.
/// (Chen, Wolfe and Kyrillidis, REX, arXiv:2107.04197; pytorch_optimizer, REXScheduler)
///
/// Tick 0: lr. From total_iters on: eta_min, which may be above lr.
Schedule Rex(const RexOptions& options, const Rates& optimizer);

SchedulerType RexType();

}  // namespace lrsweep
