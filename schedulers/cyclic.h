// CyclicLR: the rate rises and falls in triangles between two rates.
#pragma once

#include <optional>

#include "schedulers/schedule.h"

namespace lrsweep {

enum class CyclicMode { kTriangular, kTriangular2, kExpRange };

struct CyclicLrOptions {
  double base_lr = 0;                    // required
  double max_lr = 0;                     // required; at least base_lr, unlike in PyTorch
  double step_size_up = 2000;            // ticks; may be a fraction
  std::optional<double> step_size_down;  // none: step_size_up
  CyclicMode mode = CyclicMode::kTriangular;
  double gamma = 1.0;  // used in kExpRange only
  bool cycle_momentum = true;
  double base_momentum = 0.8;
  double max_momentum = 0.9;  // at least base_momentum, where the momentum is cycled
};

/// lr: base_lr + (max_lr - base_lr) * h * s. Momentum, if it is cycled: max_momentum -
/// (max_momentum - base_momentum) * h * s, else `momentum`, the optimizer's. The height h rises
/// from 0 to 1 in the first step_size_up ticks of a cycle and falls back to 0 in its step_size_down
/// ticks. The scale s is 1 (triangular), 1/2 to the power of the finished cycles (triangular2), or
/// gamma ^ tick (exp_range). (torch.optim.lr_scheduler.CyclicLR; Leslie Smith, arXiv:1506.01186)
///
/// Tick 0 and every whole cycle: base_lr and max_momentum. At step_size_up: max_lr and
/// base_momentum, scaled by s. There is no end. With fractional sizes the peak may fall between two
/// ticks.
/// PyTorch counts cycles by tick / (step_size_up + step_size_down) and subtracts the whole part,
/// which loses digits with the number of cycles: 2.4e-12 of max_lr after 10,000. The tick modulo
/// the cycle would be more exact, but PyTorch is the reference, and the same operations give the
/// same doubles. Past 1,024 cycles of triangular2 PyTorch has no value (OverflowError): here the
/// rate stays at base_lr and the momentum at max_momentum.
Schedule CyclicLr(const CyclicLrOptions& options, double momentum);

SchedulerType CyclicLrType();

}  // namespace lrsweep
