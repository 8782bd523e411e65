// CyclicLR: triangles between two rates.
#pragma once

#include <optional>

#include "schedulers/schedule.h"

namespace lrsweep {

enum class CyclicMode { kTriangular, kTriangular2, kExpRange };

struct CyclicLrOptions {
  double base_lr = 0;          // lowest rate, at the start of every cycle
  double max_lr = 0;           // highest rate, at the peak of the first cycle; at least base_lr
  double step_size_up = 2000;  // ticks from base_lr to the peak, above 0
  std::optional<double> step_size_down;  // ticks back to base_lr, above 0; none: step_size_up
  CyclicMode mode = CyclicMode::kTriangular;
  double gamma = 1.0;          // decay per tick, above 0 and at most 1; of kExpRange alone
  bool cycle_momentum = true;  // move the momentum against the rate
  double base_momentum = 0.8;  // lowest momentum, at the peak of the first cycle
  double max_momentum = 0.9;   // momentum at the start of every cycle; at least base_momentum
};

/// base_lr + (max_lr - base_lr) * h * s and, if it is cycled, max_momentum - (max_momentum -
/// base_momentum) * h * s. The height h rises from 0 to 1 in the first step_size_up ticks of a
/// cycle and falls back to 0 in its step_size_down ticks. The scale s is 1 (triangular), 1/2 to the
/// power of the finished cycles (triangular2), or gamma ^ tick (exp_range).
/// (torch.optim.lr_scheduler.CyclicLR; Leslie Smith, arXiv:1506.01186)
///
/// Tick 0 and every whole cycle: base_lr and max_momentum. At step_size_up: max_lr and
/// base_momentum, scaled by s. It goes on for ever. Fractional sizes are meant as they are: the
/// peak may then fall between two ticks.
/// PyTorch counts cycles by tick / (step_size_up + step_size_down) and subtracts the whole part,
/// which loses digits as cycles go by: 2.4e-12 of max_lr after 10,000 cycles. The tick modulo the
/// cycle would be more exact, but PyTorch is the reference, and its own operations give its own
/// doubles. Only past 1,024 cycles of triangular2 it has none (OverflowError): here base_lr and
/// max_momentum are reached and stay.
/// `momentum` is the optimizer's, used where it is not cycled.
Schedule CyclicLr(const CyclicLrOptions& options, double momentum);

}  // namespace lrsweep
