// Schedules made of schedules: one after another, or multiplied.
#pragma once

#include <cstdint>
#include <vector>

#include "schedulers/schedule.h"

namespace lrsweep {

/// The first schedule up to the first milestone, the second from there to the next, and so on.
/// `milestones` are ticks, each at least 1, strictly increasing, one fewer than `schedules`. Each
/// schedule starts at its own 0 at its milestone (PyTorch's step(0)), whatever the rate was just
/// before. (torch.optim.lr_scheduler.SequentialLR)
///
/// Tick 0: the first schedule's 0. The last one has no end but its own.
///
/// Lr and momentum are the acting schedule's alone. PyTorch leaves traces of the other members in
/// the optimizer (measured, 2.15): a CyclicLR or OneCycleLR with cycle_momentum sets its
/// max_momentum when it is made, long before its turn, and its last momentum stays when its turn is
/// over; OneCycleLR, and CyclicLR if it is made before all others, replace the initial rate from
/// which members made later count, and the first schedule starts. That depends on the order in
/// which objects are made, says nothing about the schedule, and is not followed: every member
/// counts from the optimizer's rate, and one that does not cycle the momentum has the optimizer's.
/// PyTorch cannot start a SequentialLR or a ChainedScheduler at a milestone at all; here they are
/// members like any other.
Schedule SequentialLr(std::vector<Schedule> schedules, std::vector<int64_t> milestones);

/// lr * f1(tick) * f2(tick) * ..., the momentum constant. Each of `factors` is a schedule made for
/// an optimizer's rate of 1, and at least one is needed.
/// (torch.optim.lr_scheduler.ChainedScheduler of members that multiply the previous rate)
Schedule Chained(std::vector<Schedule> factors, const Rates& optimizer);

}  // namespace lrsweep
