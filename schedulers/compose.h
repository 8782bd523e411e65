// Schedules made of schedules: SequentialLR (one after another), ChainedScheduler (multiplied).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "params/value.h"
#include "schedulers/schedule.h"

namespace lrsweep {

/// The first schedule up to the first milestone, the second from there to the next, and so on.
/// `milestones` are ticks above 0, strictly increasing, one fewer than `schedules`. Each schedule
/// starts at its own 0 at its milestone (PyTorch's step(0)), whatever the rate just before.
/// (torch.optim.lr_scheduler.SequentialLR)
///
/// Tick 0: the first schedule's 0. At each milestone: the next schedule's 0. From the last
/// milestone on: the last schedule, past its own end too. Throws std::invalid_argument where the
/// milestones do not fit.
///
/// Learning rate and momentum are the acting schedule's alone. PyTorch leaves traces of the other
/// members in the optimizer (measured, 2.15):
/// - a CyclicLR or OneCycleLR with cycle_momentum sets its max_momentum when it is constructed, not
///   at its milestone, and its last momentum remains after the next one;
/// - OneCycleLR, and CyclicLR if it is constructed before all others, replace the initial rate from
///   which members constructed later count and with which the first schedule starts.
/// These depend on the order of construction and are not followed: every member counts from the
/// optimizer's rate, and a member that does not cycle the momentum has the optimizer's. PyTorch
/// cannot start a SequentialLR or a ChainedScheduler at a milestone; here they are members like any
/// other.
Schedule SequentialLr(std::vector<Schedule> schedules, std::vector<int64_t> milestones);

SchedulerType SequentialLrType();

/// lr * f1(tick) * f2(tick) * .... Each of `factors` is a schedule for an optimizer's rate of 1.
/// Throws std::invalid_argument where there is none.
/// (torch.optim.lr_scheduler.ChainedScheduler of members that multiply the previous rate)
///
/// Tick 0: the product at 0. It ends where the last factor does.
Schedule Chained(std::vector<Schedule> factors, const Rates& optimizer);

SchedulerType ChainedSchedulerType();

/// A member of a composed schedule, on its own clock.
struct MemberRun {
  std::string path;       // "schedulers.1"
  const Map* scheduler;   // as stored; of the composed schedule's parameters
  int64_t begin = 0;      // tick of the composed schedule at which it begins
  int64_t run_ticks = 0;  // what "run" is to it
};

/// The members of a composed schedule of which `run_ticks` is "run"; none of any other. Throws as
/// SchedulerType::build does.
std::vector<MemberRun> MembersOf(const Map& scheduler, int64_t run_ticks);

}  // namespace lrsweep
