// Schedules that multiply the optimizer's rate by a factor of the tick alone: StepLR, MultiStepLR,
// ConstantLR, LinearLR, ExponentialLR, PolynomialLR. In PyTorch each step multiplies the rate of
// the step before, so ChainedScheduler can take exactly these.
#pragma once

#include <cstdint>
#include <vector>

#include "schedulers/schedule.h"

namespace lrsweep {

struct StepLrOptions {
  int64_t step_size = 0;  // required
  double gamma = 0.1;
};

/// lr * gamma ^ floor(tick / step_size). (torch.optim.lr_scheduler.StepLR)
///
/// Tick 0: lr. It decays at the ticks step_size, 2 * step_size, ... without end: the rate goes to 0
/// (to infinity if gamma is above 1).
/// PyTorch's chained products stay within 1e-14 of this over 100,000 decays (of the largest rate).
Schedule StepLr(const StepLrOptions& options, const Rates& optimizer);

SchedulerType StepLrType();

struct MultiStepLrOptions {
  std::vector<int64_t> milestones;  // not decreasing; may be empty
  double gamma = 0.1;
};

/// lr * gamma ^ (number of milestones that are at most tick), found by bisection.
/// (torch.optim.lr_scheduler.MultiStepLR)
///
/// Tick 0: lr, or lr * gamma where 0 is a milestone. It decays at each milestone itself; at one
/// that is listed twice, twice. Past the last one the rate is constant; without milestones it is lr
/// at every tick. PyTorch takes milestones in any order, here they must not decrease.
Schedule MultiStepLr(const MultiStepLrOptions& options, const Rates& optimizer);

SchedulerType MultiStepLrType();

struct ConstantLrOptions {
  double factor = 1.0 / 3;
  int64_t total_iters = 5;
};

/// lr * factor at the ticks below total_iters, lr from there on.
/// (torch.optim.lr_scheduler.ConstantLR)
///
/// With total_iters 0 it stays at lr * factor: PyTorch's optimizer does, since the step that would
/// undo the factor never comes (its closed form, which nothing calls there, says lr).
/// After a factor of 0 the rate is lr again too, where PyTorch divides by zero.
Schedule ConstantLr(const ConstantLrOptions& options, const Rates& optimizer);

SchedulerType ConstantLrType();

struct LinearLrOptions {
  double start_factor = 1.0 / 3;
  double end_factor = 1.0;
  int64_t total_iters = 5;
};

/// lr * (start_factor + (end_factor - start_factor) * min(tick, total_iters) / total_iters).
/// (torch.optim.lr_scheduler.LinearLR)
///
/// Tick 0: lr * start_factor. From total_iters on: lr * end_factor. With total_iters 0 it stays at
/// lr * start_factor, as PyTorch's optimizer does (its closed form divides by zero).
/// PyTorch's chained products stay within 4e-13 of this over 100,000 ticks (of the largest rate).
Schedule LinearLr(const LinearLrOptions& options, const Rates& optimizer);

SchedulerType LinearLrType();

struct ExponentialLrOptions {
  double gamma = 0;         // required
  int64_t decay_steps = 1;  // ticks in which the rate falls by gamma
  bool staircase = false;
};

/// lr * gamma ^ (tick / decay_steps), with the quotient rounded down in a staircase.
/// (torch.optim.lr_scheduler.ExponentialLR, where decay_steps is 1; decay_steps and staircase:
/// Keras, ExponentialDecay, whose decay_rate is gamma)
///
/// Tick 0: lr. There is no end. PyTorch's chained products stay within 2e-14 of this over 100,000
/// ticks (of the largest rate).
Schedule ExponentialLr(const ExponentialLrOptions& options, const Rates& optimizer);

SchedulerType ExponentialLrType();

struct PolynomialLrOptions {
  int64_t total_iters = 5;
  double power = 1.0;
  double lr_end = 0;
  double k_decay = 1;
};

/// lr_end + (lr - lr_end) * (1 - p ^ k_decay) ^ power, p = min(tick, total_iters) / total_iters.
/// (torch.optim.lr_scheduler.PolynomialLR, where lr_end is 0 and k_decay 1; lr_end: Hugging Face
/// transformers, get_polynomial_decay_schedule_with_warmup; k_decay: timm, PolyLRScheduler, and
/// Zhang and Li, arXiv:2004.05909)
///
/// Tick 0: lr. From total_iters on: lr_end (lr if power is 0). lr_end may be above lr; it must be 0
/// in ChainedScheduler, where only shares of the optimizer's rate can stand. With total_iters 0 it
/// stays at lr, as PyTorch's optimizer does (its closed form divides by zero). PyTorch's chained
/// products stay within 2e-14 of this over 100,000 ticks (of the largest rate).
Schedule PolynomialLr(const PolynomialLrOptions& options, const Rates& optimizer);

SchedulerType PolynomialLrType();

}  // namespace lrsweep
