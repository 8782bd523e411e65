// OneCycleLR: one rise and one fall over the whole run.
#pragma once

#include <cstdint>

#include "schedulers/schedule.h"

namespace lrsweep {

enum class AnnealStrategy { kCos, kLinear };

struct OneCycleLrOptions {
  double max_lr = 0;        // required
  int64_t total_steps = 0;  // required; left out in a configuration, it is the run's length
  double pct_start = 0.3;
  AnnealStrategy anneal_strategy = AnnealStrategy::kCos;
  bool cycle_momentum = true;
  double base_momentum = 0.85;
  double max_momentum = 0.95;  // at least base_momentum, where the momentum is cycled
  double div_factor = 25;
  double final_div_factor = 1e4;
  bool three_phase = false;
};
// A configuration may give `epochs` and `steps_per_epoch` instead of total_steps, their product.

/// Rises from the initial rate, max_lr / div_factor, to max_lr, then falls to the final rate,
/// max_lr / div_factor / final_div_factor: along half a cosine (cos) or a line (linear) between the
/// ticks
///   0, pct_start * total_steps - 1, total_steps - 1               or, in three phases,
///   0, pct_start * total_steps - 1, 2 * pct_start * total_steps - 2, total_steps - 1
/// (the second phase falls to the initial rate, the third from it to the final one). These ticks
/// may be fractions; a phase that ends before it begins is skipped. The momentum, if it is cycled,
/// moves the same way from max_momentum to base_momentum and back, and stays there in a third
/// phase; else it is `momentum`, the optimizer's. (torch.optim.lr_scheduler.OneCycleLR; Smith and
/// Topin, arXiv:1708.07120)
///
/// Tick 0: the initial rate. Tick total_steps - 1: the final rate. Past it: the final rate, where
/// PyTorch extrapolates one tick further and then raises ValueError. With pct_start * total_steps =
/// 1 the rise has no length: PyTorch divides by zero; here tick 0 is the peak. All other doubles
/// are PyTorch's.
Schedule OneCycleLr(const OneCycleLrOptions& options, double momentum);

SchedulerType OneCycleLrType();

}  // namespace lrsweep
