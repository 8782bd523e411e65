// Schedules along half a cosine.
#pragma once

#include <cstdint>

#include "schedulers/schedule.h"

namespace lrsweep {

struct CosineAnnealingLrOptions {
  int64_t t_max = 0;   // ticks from the optimizer's rate to eta_min, at least 1; must be set
  double eta_min = 0;  // rate at t_max; may be above the optimizer's
};

/// eta_min + (lr - eta_min) * (1 + cos(pi * tick / t_max)) / 2, the momentum constant.
/// (torch.optim.lr_scheduler.CosineAnnealingLR; SGDR, arXiv:1608.03983, equation 5, no restarts)
///
/// Tick 0: lr. Tick t_max: eta_min. Past t_max it does not stay there: it climbs back and is at lr
/// again at 2 * t_max, as in PyTorch, and so on with period 2 * t_max.
/// PyTorch steps by a recursion whose rounding grows with the cycles. It stays within 1e-12 of this
/// up to the first t_max (measured: 5e-15 of the largest rate), but with many cycles it drifts:
/// 2.3e-11 after 20 half-cycles of 1,000 ticks, 3.5e-11 after 100,000 ticks with t_max 5 or 10
/// (tests/golden/CosineAnnealingLR.txt). There this follows the closed formula, which PyTorch has
/// too (_get_closed_form_lr). That formula itself loses digits as the angle grows: 1e-11 after
/// 50,000 half-cycles.
Schedule CosineAnnealingLr(const CosineAnnealingLrOptions& options, const Rates& optimizer);

struct CosineAnnealingWarmRestartsOptions {
  int64_t t_0 = 0;     // ticks of the first cycle, at least 1; must be set
  int64_t t_mult = 1;  // how much longer each cycle is than the one before, at least 1
  double eta_min = 0;  // what a cycle falls towards; may be above the optimizer's rate
};

/// eta_min + (lr - eta_min) * (1 + cos(pi * t / T)) / 2, where t counts the ticks since the last
/// restart and T = t_0 * t_mult ^ (restarts so far) is this cycle's length; the momentum constant.
/// (torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; SGDR, arXiv:1608.03983)
///
/// Tick 0 and every restart (t_0, t_0 + t_0 * t_mult, ...): lr. It goes on for ever; eta_min itself
/// is never applied, the tick before a restart is the lowest. A cycle of one tick is always lr.
/// PyTorch's own doubles: it counts t and T as it goes, in integers, and nothing drifts. (Its
/// step(epoch) takes a logarithm instead and can miss a restart by rounding; that is not followed.)
Schedule CosineAnnealingWarmRestarts(const CosineAnnealingWarmRestartsOptions& options,
                                     const Rates& optimizer);

}  // namespace lrsweep
