// PiecewiseLinear: a table of points.
#pragma once

#include <cstdint>
#include <vector>

#include "schedulers/schedule.h"

namespace lrsweep {

struct SchedulePoint {
  int64_t tick = 0;  // at least 0
  double lr = 0;     // at least 0
};

struct PiecewiseLinearOptions {
  std::vector<SchedulePoint> milestones_values;  // at least one, ticks strictly increasing
};

/// Straight lines from point to point, found by bisection; the momentum is the optimizer's. The
/// rates are absolute. (PyTorch-Ignite, ignite.handlers.PiecewiseLinear)
///
/// At a point's tick: its rate. Before the first point: the first rate; from the last one on: the
/// last.
Schedule PiecewiseLinear(const PiecewiseLinearOptions& options, double momentum);

}  // namespace lrsweep
