// A schedule on a trial's clock: optimizer steps, counted from 0 over the whole trial.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "params/value.h"
#include "schedulers/plateau.h"
#include "schedulers/schedule.h"

namespace lrsweep {

/// How long a trial is. Both are at least 1.
struct TrialClock {
  int64_t epochs = 0;
  int64_t steps_per_epoch = 0;  // a short last batch is a step like any other

  int64_t TotalSteps() const { return epochs * steps_per_epoch; }
};

/// How a warm-up rises over the share p of its steps, from start_factor at p = 0 to 1 at p = 1:
/// start_factor + (1 - start_factor) * r, where r is p (linear), (1 - cos(pi * p)) / 2 (cosine) or
/// p ^ power (polynomial); or start_factor ^ (1 - p) (exponential), where start_factor is above 0.
/// (linear: Goyal et al., arXiv:1706.02677; exponential: MMCV, LrUpdaterHook, warmup exp; cosine:
/// Hugging Face transformers, warmup_type of get_wsd_schedule)
enum class WarmupShape { kLinear, kCosine, kPolynomial, kExponential };

/// The names of the shapes, in the order of the help.
std::vector<std::string> WarmupShapes();

struct Warmup {
  int64_t steps = 0;  // 0: no warm-up
  double start_factor = 1;
  WarmupShape shape = WarmupShape::kLinear;
  double power = 2;  // of kPolynomial
};

/// The share of the schedule's first rate at a step below `warmup.steps`.
double WarmupFactor(const Warmup& warmup, int64_t step);

/// The rates that a trial's `scheduler` section means for its optimizer: the type's own schedule,
/// with the `interval` and `warmup` that every type has.
///
/// Without warm-up, step s is the schedule's tick s (interval step) or s / steps_per_epoch rounded
/// down (interval epoch). A warm-up comes before the schedule and lasts W optimizer steps with
/// either interval: at a step s below W the rate is
///   first * (start_factor + (1 - start_factor) * s / W)
/// or rises in another way (WarmupShape), where `first` is the schedule's rate at its own 0; the
/// momentum is the schedule's at its 0. At step W the schedule starts at its own 0 and counts from
/// there: s - W, or (s - W) / steps_per_epoch rounded down. (Goyal et al., arXiv:1706.02677;
/// PyTorch's LinearLR followed by the schedule in SequentialLR, where the schedule starts at the
/// optimizer's rate.)
///
/// `run` as a horizon is the length that the warm-up leaves to the schedule (`run_ticks`).
/// Past the trial's last step the schedule goes on by its own formula.
///
/// A value type. Const functions are safe to call from several threads.
class TrialSchedule {
 public:
  /// `scheduler` is the trial's section as stored; a parameter that is left out has its default.
  /// `lr` and `momentum` are the optimizer's (ignored where the schedule overrides them).
  /// Throws std::invalid_argument as BuildSchedule does, for an interval that the type does not
  /// have, for a bad warm-up, and where the warm-up leaves nothing of the run to a `run`.
  TrialSchedule(const Map& scheduler, double lr, double momentum, TrialClock clock);

  /// What the optimizer applies at that step of the trial, from 0. A schedule that follows a metric
  /// answers by the metric of the epochs so far, whatever the step.
  Rates At(int64_t step) const;

  /// The name of the metric that it follows: OnEpochEnd needs its value. Empty: none.
  const std::string& metric() const { return metric_; }

  /// To be called once after each epoch, in order, with the value of metric(); does
  /// nothing for a schedule that follows no metric. To resume, repeat it for the epochs that are
  /// done. Ignores an epoch that lies wholly in the warm-up: the schedule has not begun (as in
  /// timm's PlateauLRScheduler).
  void OnEpochEnd(double metric_value);

  bool per_step() const { return per_step_; }

  /// The value of `run`: the ticks that the schedule has after the warm-up: total steps - W, or
  /// epochs - W / steps_per_epoch rounded down. Below 1 where the warm-up takes them all.
  int64_t run_ticks() const;

  int64_t warmup_steps() const { return warmup_.steps; }
  const TrialClock& clock() const { return clock_; }

 private:
  Rates OfSchedule(int64_t tick) const;

  TrialClock clock_;
  bool per_step_ = false;
  Warmup warmup_;
  double momentum_;
  Schedule schedule_;
  std::optional<Plateau> plateau_;  // used instead of schedule_ where there is one
  std::string metric_;
  int64_t epochs_ended_ = 0;
};

}  // namespace lrsweep
