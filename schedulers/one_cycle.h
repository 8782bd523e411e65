// OneCycleLR: one rise and one fall over the whole run.
#pragma once

#include <cstdint>

#include "schedulers/schedule.h"

namespace lrsweep {

enum class AnnealStrategy { kCos, kLinear };

struct OneCycleLrOptions {
  double max_lr = 0;        // the peak, at least 0
  int64_t total_steps = 0;  // ticks of the cycle, at least 1; must be set
  double pct_start = 0.3;   // share of the cycle that rises, 0 to 1
  AnnealStrategy anneal_strategy = AnnealStrategy::kCos;
  bool cycle_momentum = true;     // move the momentum against the rate
  double base_momentum = 0.85;    // at the peak
  double max_momentum = 0.95;     // at the start and the end; at least base_momentum
  double div_factor = 25;         // initial rate = max_lr / div_factor; above 0
  double final_div_factor = 1e4;  // final rate = initial rate / final_div_factor; above 0
  bool three_phase = false;       // fall to the initial rate first, then to the final one
};

/// From the initial rate to max_lr, then to the final rate: along half a cosine (cos) or a line
/// (linear) between the ticks
///   0, pct_start * total_steps - 1, total_steps - 1               or, in three phases,
///   0, pct_start * total_steps - 1, 2 * pct_start * total_steps - 2, total_steps - 1
/// (the third phase falls from the initial rate to the final one). These ticks may be fractions; a
/// phase that ends before it begins is skipped. If cycled, the momentum moves the same way:
/// max_momentum, base_momentum, max_momentum, and stays there in a third phase.
/// (torch.optim.lr_scheduler.OneCycleLR; Smith and Topin, arXiv:1708.07120)
///
/// Tick 0: max_lr / div_factor. Tick total_steps - 1: the final rate. Past it: held, where PyTorch
/// extrapolates one tick further and then raises ValueError. With pct_start * total_steps = 1 the
/// rise has no length: PyTorch divides by zero; here tick 0 is the peak. PyTorch's own doubles.
/// `momentum` is the optimizer's, used where it is not cycled.
Schedule OneCycleLr(const OneCycleLrOptions& options, double momentum);

}  // namespace lrsweep
