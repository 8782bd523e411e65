// Schedules along half a cosine: CosineAnnealingLR, CosineAnnealingWarmRestarts,
// CosineWithHardRestarts.
#pragma once

#include <cstdint>
#include <optional>

#include "schedulers/schedule.h"

namespace lrsweep {

struct CosineAnnealingLrOptions {
  int64_t t_max = 0;  // required
  double eta_min = 0;
  std::optional<double> eta_min_ratio;  // none: eta_min counts; at most one of them is given
  double num_cycles = 0.5;
  double k_decay = 1;
};

/// eta_min + (lr - eta_min) * (1 + cos(2 * pi * num_cycles * (tick / t_max) ^ k_decay)) / 2, where
/// eta_min may be above lr; with eta_min_ratio, lr * eta_min_ratio stands for eta_min.
/// (torch.optim.lr_scheduler.CosineAnnealingLR, where num_cycles is 0.5 and k_decay 1; SGDR,
/// arXiv:1608.03983, equation 5, no restarts; num_cycles and the share: Hugging Face transformers,
/// get_cosine_with_min_lr_schedule_with_warmup, whose min_lr_rate is eta_min_ratio; k_decay: timm,
/// CosineLRScheduler, and Zhang and Li, arXiv:2004.05909)
///
/// Tick 0: lr. Tick t_max: eta_min, with num_cycles 0.5. Past t_max it climbs back, as in PyTorch,
/// and is at lr again at 2 * t_max: its period. With k_decay other than 1 it stays at eta_min past
/// t_max, as in timm. PyTorch steps by a recursion whose rounding grows with the cycles. It stays
/// within 1e-12 of this up to the first t_max (measured: 5e-15 of the largest rate), but with many
/// cycles it drifts: 2.3e-11 after 20 half-cycles of 1,000 ticks, 3.5e-11 after 100,000 ticks with
/// t_max 5 or 10 (tests/golden/CosineAnnealingLR.txt). There this follows the closed formula, which
/// PyTorch has too (_get_closed_form_lr). That formula itself loses digits as the angle grows:
/// 1e-11 after 50,000 half-cycles.
Schedule CosineAnnealingLr(const CosineAnnealingLrOptions& options, const Rates& optimizer);

SchedulerType CosineAnnealingLrType();

struct CosineAnnealingWarmRestartsOptions {
  int64_t t_0 = 0;  // required
  int64_t t_mult = 1;
  double eta_min = 0;
  std::optional<double> eta_min_ratio;  // none: eta_min counts; at most one of them is given
  double cycle_decay = 1;
  std::optional<int64_t> cycle_limit;  // none: there is no end
  double k_decay = 1;
};

/// eta_min + (peak - eta_min) * (1 + cos(pi * (t / T) ^ k_decay)) / 2, where t counts the ticks
/// since the last restart, T = t_0 * t_mult ^ (restarts so far) is this cycle's length and peak =
/// lr * cycle_decay ^ (restarts so far). eta_min may be above lr; with eta_min_ratio, lr *
/// eta_min_ratio stands for it. (torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; SGDR,
/// arXiv:1608.03983; cycle_decay, cycle_limit and k_decay: timm, CosineLRScheduler)
///
/// Tick 0 and every restart (t_0, t_0 + t_0 * t_mult, ...): peak. After cycle_limit cycles:
/// eta_min; without a limit there is no end. The tick before a restart has the lowest rate; eta_min
/// itself is not applied before the end. A cycle of one tick is always at its peak. The doubles are
/// PyTorch's: it counts t and T in integers, so that nothing drifts. (Its step(epoch) takes a
/// logarithm instead and can miss a restart by rounding; that is not followed.)
Schedule CosineAnnealingWarmRestarts(const CosineAnnealingWarmRestartsOptions& options,
                                     const Rates& optimizer);

SchedulerType CosineAnnealingWarmRestartsType();

struct CosineWithHardRestartsOptions {
  int64_t num_training_steps = 0;  // required; left out in a configuration, it is the run's length
  int64_t num_cycles = 1;          // at most num_training_steps
  double eta_min = 0;
  std::optional<double> eta_min_ratio;  // none: eta_min counts; at most one of them is given
  double cycle_decay = 1;
};

/// eta_min + (peak - eta_min) * (1 + cos(pi * x)) / 2, where x is what num_cycles * tick /
/// num_training_steps has behind the point and peak = lr * cycle_decay ^ (what it has before the
/// point): num_cycles equal half cosines. With eta_min_ratio, lr * eta_min_ratio stands for
/// eta_min. (Hugging Face transformers, get_cosine_with_hard_restarts_schedule_with_warmup, where
/// eta_min is 0; cycle_decay: timm, CosineLRScheduler)
///
/// Tick 0: lr. A restart is at the first tick at or past i * num_training_steps / num_cycles, at
/// peak where that is a whole number. From num_training_steps on: eta_min. As in transformers, the
/// product is rounded, which may delay a restart by a tick: 49 cycles in 49 ticks restart at 48 of
/// them.
Schedule CosineWithHardRestarts(const CosineWithHardRestartsOptions& options,
                                const Rates& optimizer);

SchedulerType CosineWithHardRestartsType();

}  // namespace lrsweep
