// Schedules through the points of a list: PiecewiseLinear, PiecewiseConstant.
#pragma once

#include <cstdint>
#include <vector>

#include "schedulers/schedule.h"

namespace lrsweep {

struct SchedulePoint {
  int64_t tick = 0;
  double lr = 0;
};

struct PiecewiseLinearOptions {
  std::vector<SchedulePoint> milestones_values;  // at least one, ticks strictly increasing
};

/// Straight lines from point to point, found by bisection. The rates are absolute, not shares of
/// the optimizer's. (PyTorch-Ignite, ignite.handlers.PiecewiseLinear)
///
/// At a point's tick: its rate. Before the first point: the first rate. From the last point on: the
/// last rate.
Schedule PiecewiseLinear(const PiecewiseLinearOptions& options, double momentum);

SchedulerType PiecewiseLinearType();

struct PiecewiseConstantOptions {
  std::vector<SchedulePoint> milestones_values;  // at least one, ticks strictly increasing
};

/// The rate of the last point whose tick is reached. The rates are absolute, not shares of the
/// optimizer's. (Keras, PiecewiseConstantDecay, whose boundary b is a point at b + 1: there a rate
/// still holds at its boundary)
///
/// At a point's tick: its rate. Before the first point: the first rate.
Schedule PiecewiseConstant(const PiecewiseConstantOptions& options, double momentum);

SchedulerType PiecewiseConstantType();

}  // namespace lrsweep
