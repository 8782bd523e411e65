// Schedules that multiply the optimizer's rate by a factor of the tick alone. In PyTorch each step
// multiplies the rate of the step before, so these are the ones that ChainedScheduler can take.
#pragma once

#include <cstdint>
#include <vector>

#include "schedulers/schedule.h"

namespace lrsweep {

struct StepLrOptions {
  int64_t step_size = 0;  // ticks from one decay to the next, at least 1; must be set
  double gamma = 0.1;     // factor of each decay
};

/// lr * gamma ^ floor(tick / step_size), the momentum constant.
/// (torch.optim.lr_scheduler.StepLR)
///
/// Tick 0: lr. The decay takes effect at the ticks step_size, 2 * step_size, ... and goes on for
/// ever: there is no end, the rate nears 0 (or infinity, if gamma is above 1).
/// PyTorch's chained products stay within 1e-14 of this over 100,000 decays (of the largest rate).
Schedule StepLr(const StepLrOptions& options, const Rates& optimizer);

struct MultiStepLrOptions {
  std::vector<int64_t> milestones;  // ticks of the decays, each at least 0, strictly increasing
  double gamma = 0.1;               // factor of each decay
};

/// lr * gamma ^ (milestones that are at most tick), the momentum constant. Found by bisection.
/// (torch.optim.lr_scheduler.MultiStepLR)
///
/// Tick 0: lr, or lr * gamma where 0 is a milestone. The decay takes effect at the milestone
/// itself. Past the last one the rate stays; without milestones it is lr for ever.
Schedule MultiStepLr(const MultiStepLrOptions& options, const Rates& optimizer);

struct ConstantLrOptions {
  double factor = 1.0 / 3;  // 0 to 1
  int64_t total_iters = 5;  // ticks for which it holds, at least 0
};

/// lr * factor at the ticks below total_iters, lr from there on; the momentum constant.
/// (torch.optim.lr_scheduler.ConstantLR)
///
/// With total_iters 0 it stays at lr * factor for ever: PyTorch's optimizer does, since the step
/// that would undo the factor never comes (its closed form, which nothing calls there, says lr).
/// A factor of 0 is given back as well, where PyTorch divides by zero.
Schedule ConstantLr(const ConstantLrOptions& options, const Rates& optimizer);

struct LinearLrOptions {
  double start_factor = 1.0 / 3;  // above 0, at most 1
  double end_factor = 1.0;        // 0 to 1
  int64_t total_iters = 5;        // ticks from the one to the other, at least 0
};

/// lr * (start_factor + (end_factor - start_factor) * min(tick, total_iters) / total_iters), the
/// momentum constant. (torch.optim.lr_scheduler.LinearLR)
///
/// Tick 0: lr * start_factor. From total_iters on: lr * end_factor. With total_iters 0 it stays at
/// lr * start_factor for ever, as PyTorch's optimizer does (its closed form divides by zero).
/// PyTorch's chained products stay within 4e-13 of this over 100,000 ticks (of the largest rate).
Schedule LinearLr(const LinearLrOptions& options, const Rates& optimizer);

struct ExponentialLrOptions {
  double gamma = 0;  // factor of every tick, above 0; must be set
};

/// lr * gamma ^ tick, the momentum constant. (torch.optim.lr_scheduler.ExponentialLR)
///
/// Tick 0: lr. There is no end. PyTorch's chained products stay within 2e-14 of this over 100,000
/// ticks (of the largest rate).
Schedule ExponentialLr(const ExponentialLrOptions& options, const Rates& optimizer);

struct PolynomialLrOptions {
  int64_t total_iters = 5;  // ticks down to 0, at least 0
  double power = 1.0;       // at least 0
};

/// lr * (1 - min(tick, total_iters) / total_iters) ^ power, the momentum constant.
/// (torch.optim.lr_scheduler.PolynomialLR)
///
/// Tick 0: lr. From total_iters on: 0 (lr if power is 0). With total_iters 0 it stays at lr for
/// ever, as PyTorch's optimizer does (its closed form divides by zero). PyTorch's chained products
/// stay within 2e-14 of this over 100,000 ticks (of the largest rate).
Schedule PolynomialLr(const PolynomialLrOptions& options, const Rates& optimizer);

}  // namespace lrsweep
