// Learning-rate schedules as pure functions of the step.
//
// A schedule keeps no state: resuming it is calling it at that step. Its clock counts from 0 and
// has no unit of its own; who uses it decides whether one tick is an epoch or an optimizer step.
// Every function here is safe to call from any thread.
//
// The formulas are those of torch.optim.lr_scheduler (PyTorch 1.13 and later), in their closed
// form and with its operations in its order, so that the doubles are PyTorch's own. Where PyTorch
// chains from one step to the next and gathers rounding, the closed formula is what counts here.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace lrsweep {

/// What the optimizer applies at one step.
struct Rates {
  double lr = 0;
  double momentum = 0;
};

/// From the clock's tick (at least 0) to the rates at that tick.
using Schedule = std::function<Rates(int64_t tick)>;

// Each function below makes a schedule and throws std::invalid_argument where its options are out
// of range or contradict one another, naming them and their values. Options have PyTorch's names
// and defaults; one whose default is out of range must be set. `optimizer` is what the optimizer
// was given; a momentum that the schedule does not cycle stays as it is there.

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
