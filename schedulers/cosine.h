// Schedules along half a cosine: CosineAnnealingLR, CosineAnnealingWarmRestarts.
#pragma once

#include <cstdint>

#include "schedulers/schedule.h"

namespace lrsweep {

struct CosineAnnealingLrOptions {
  int64_t t_max = 0;  // required
  double eta_min = 0;
};

/// eta_min + (lr - eta_min) * (1 + cos(pi * tick / t_max)) / 2, where eta_min may be above lr.
/// (torch.optim.lr_scheduler.CosineAnnealingLR; SGDR, arXiv:1608.03983, equation 5, no restarts)
///
/// Tick 0: lr. Tick t_max: eta_min. Past t_max it climbs back, as in PyTorch, and is at lr again at
/// 2 * t_max: its period.
/// PyTorch steps by a recursion whose rounding grows with the cycles. It stays within 1e-12 of this
/// up to the first t_max (measured: 5e-15 of the largest rate), but with many cycles it drifts:
/// 2.3e-11 after 20 half-cycles of 1,000 ticks, 3.5e-11 after 100,000 ticks with t_max 5 or 10
/// (tests/golden/CosineAnnealingLR.txt). There this follows the closed formula, which PyTorch has
/// too (_get_closed_form_lr). That formula itself loses digits as the angle grows: 1e-11 after
/// 50,000 half-cycles.
Schedule CosineAnnealingLr(const CosineAnnealingLrOptions& options, const Rates& optimizer);

SchedulerType CosineAnnealingLrType();

struct CosineAnnealingWarmRestartsOptions {
  int64_t t_0 = 0;  // required
  int64_t t_mult = 1;
  double eta_min = 0;
};

/// eta_min + (lr - eta_min) * (1 + cos(pi * t / T)) / 2, where t counts the ticks since the last
/// restart and T = t_0 * t_mult ^ (restarts so far) is this cycle's length. eta_min may be above
/// lr. (torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; SGDR, arXiv:1608.03983)
///
/// Tick 0 and every restart (t_0, t_0 + t_0 * t_mult, ...): lr. There is no end. The tick before a
/// restart has the lowest rate; eta_min itself is never applied. A cycle of one tick is always lr.
/// The doubles are PyTorch's: it counts t and T in integers, so that nothing drifts. (Its
/// step(epoch) takes a logarithm instead and can miss a restart by rounding; that is not followed.)
Schedule CosineAnnealingWarmRestarts(const CosineAnnealingWarmRestartsOptions& options,
                                     const Rates& optimizer);

SchedulerType CosineAnnealingWarmRestartsType();

}  // namespace lrsweep
