// Schedules as people wrote them in public configurations, papers, tutorials and bug reports, in
// our words: those that are mistaken must be named, with the word that says why, and those that are
// sensible must pass in silence.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sweep/search/lint.h"

namespace lrsweep {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// A schedule in a run of `epochs` epochs of `steps` optimizer steps, at rate 0.1.
struct Case {
  int64_t epochs;
  int64_t steps;
  std::string scheduler;
  std::string says = "";  // a part of the finding
};

std::vector<std::string> Found(const Case& one) {
  const std::string yaml =
      "name: t\ntraining: {epochs: " + std::to_string(one.epochs) +
      ", batch_size: 64}\noptimizer: {lr: 0.1, momentum: 0.9}\nscheduler: " + one.scheduler;
  return Lint(SearchSpace(ParseSweepConfig(yaml, "s.yaml")), one.steps * 64);
}

const std::vector<Case>& Wrong() {
  static const std::vector<Case> cases = {
      // Types beyond PyTorch's.
      {20, 938, "{type: PiecewiseConstant, milestones_values: [[0, 0.1], [30, 0.01]]}",
       "the rate of the point is never reached"},
      {20, 938, "{type: Table, rates: [0.1, 0.05, 0.01], interval: step}", "looks like epochs"},
      {2, 938, "{type: Table, rates: [0.1, 0.09, 0.08, 0.07, 0.06, 0.05]}",
       "the table is cut off after 2 of its 6 epochs"},
      {20, 938, "{type: REX, total_iters: 20}", "looks like epochs"},
      {20, 938, "{type: REX, total_iters: 40, interval: epoch}", "the run has 20 epochs"},
      {20, 938, "{type: CosineWithHardRestarts, num_training_steps: 90000, num_cycles: 4}",
       "num_training_steps is 90000"},
      {20, 938, "{type: ExponentialLR, gamma: 0.5, decay_steps: 30, staircase: true}",
       "the first decay is never reached"},
      {20, 938, "{type: InverseTimeDecay, decay_rate: 1, decay_steps: 25000, staircase: true}",
       "the first decay is never reached"},
      {20, 938, "{type: PolynomialLR, total_iters: run, lr_end: 0.5}", "lr_end 0.5 is above"},
      {20, 938, "{type: Formula, lr: \"lr * 0.1 ^ floor(t / 30)\"}", "the rate never moves"},
      {20, 938, "{type: Formula, lr: \"lr * max(0, 1 - t / 10)\"}", "the rate is zero"},
      {20, 938, "{type: OneCycleLR, max_lr: 0.1, epochs: 40, steps_per_epoch: 938}",
       "epochs: the cycle is cut off"},
      {20, 938,
       "{type: WSD, num_warmup_steps: 500, num_stable_steps: 30000, num_decay_steps: 2000, "
       "decay_type: square}",
       "the decay never begins"},
      // Never reached.
      {10, 938, "{type: MultiStepLR, milestones: [5, 30, 80]}", "30 and 80 are never reached"},
      {10, 938, "{type: MultiStepLR, milestones: [30, 60, 80]}", "30, 60 and 80 are never reached"},
      {90, 5005, "{type: MultiStepLR, milestones: [30, 60, 90]}", "90 is never reached"},
      {20, 938, "{type: StepLR, step_size: 30}", "the first decay is never reached"},
      {30, 938, "{type: StepLR, step_size: 30}", "the first decay is never reached"},
      {5, 938, "{type: StepLR, step_size: 7, gamma: 0.5}", "the first decay is never reached"},
      {20, 938, "{type: CyclicLR, base_lr: 0.001, max_lr: 0.1, step_size_up: 50000}",
       "the peak is never reached"},
      {1, 500, "{type: CyclicLR, base_lr: 0.001, max_lr: 0.1}", "the peak is never reached"},
      {5, 938,
       "{type: SequentialLR, milestones: [10], schedulers: [{type: LinearLR, total_iters: 5}, "
       "{type: ExponentialLR, gamma: 0.9}]}",
       "schedulers.1 never begins"},
      {12, 938,
       "{type: SequentialLR, milestones: [5, 20], schedulers: [{type: LinearLR, start_factor: "
       "0.1}, "
       "{type: ExponentialLR, gamma: 0.9}, {type: ConstantLR, factor: 0.01, total_iters: 100}]}",
       "schedulers.2 never begins"},
      {10, 938,
       "{type: WSD, num_warmup_steps: 500, num_stable_steps: 20000, num_decay_steps: 2000}",
       "the decay never begins"},
      {1, 938, "{type: MultiStepLR, interval: step, milestones: [500, 2000]}",
       "2000 is never reached"},
      {20, 938,
       "{type: ChainedScheduler, schedulers: [{type: StepLR, step_size: 40}, "
       "{type: ExponentialLR, gamma: 0.95}]}",
       "schedulers.0.step_size"},
      {10, 938,
       "{type: SequentialLR, milestones: [2], schedulers: [{type: LinearLR, total_iters: 2}, "
       "{type: MultiStepLR, milestones: [4, 9]}]}",
       "9 is never reached"},
      {30, 938, "{type: MultiStepLR, milestones: [10, 20, 28], warmup: {steps: 4690}}",
       "28 is never reached"},
      // Cut off in the middle.
      {20, 938, "{type: LinearLR, start_factor: 1, end_factor: 0, total_iters: 40}",
       "the line is cut off after 20 of its 40 epochs"},
      {20, 938, "{type: CosineAnnealingLR, T_max: 25}", "T_max is 25, but the run has 20 epochs"},
      {100, 391, "{type: CosineAnnealingLR, T_max: 200}", "T_max is 200"},
      {20, 938, "{type: PolynomialLR, total_iters: 50, power: 0.9}", "the decay is cut off"},
      {20, 938, "{type: CosineAnnealingWarmRestarts, T_0: 50}", "the first cycle is cut off"},
      {10, 938, "{type: OneCycleLR, max_lr: 0.1, total_steps: 20000}", "total_steps is 20000"},
      {10, 938, "{type: WSD, num_warmup_steps: 500, num_stable_steps: 8000, num_decay_steps: 5000}",
       "the decay is cut off after 880 of its 5000 steps"},
      {1, 938, "{type: InverseSqrt, num_warmup_steps: 4000}",
       "the warm-up is cut off after 938 of its 4000 steps"},
      {10, 938, "{type: PiecewiseLinear, milestones_values: [[0, 0.01], [5, 0.1], [30, 0]]}",
       "the line to the point is cut off after 5 of its 25 epochs"},
      {20, 938,
       "{type: SequentialLR, milestones: [5], schedulers: [{type: LinearLR, start_factor: 0.1, "
       "total_iters: 5}, {type: CosineAnnealingLR, T_max: 20}]}",
       "schedulers.1.T_max is 20, but its part of the run has 15 epochs"},
      {20, 938,
       "{type: SequentialLR, milestones: [5], schedulers: [{type: LinearLR, start_factor: 0.1, "
       "total_iters: 10}, {type: CosineAnnealingLR, T_max: 15}]}",
       "schedulers.0.total_iters: the line is cut off after 5 of its 10 epochs"},
      {10, 938, "{type: LRRangeTest, num_iter: 30000}", "num_iter is 30000"},
      {24, 938, "{type: CosineAnnealingWarmRestarts, T_0: 10}",
       "the last cycle is cut off after 4 of its 10 epochs"},
      {60, 938, "{type: CosineAnnealingWarmRestarts, T_0: 10, T_mult: 3}",
       "the last cycle is cut off after 20 of its 90 epochs"},
      {20, 938, "{type: CosineAnnealingLR, T_max: 20, warmup: {steps: 4690}}",
       "T_max is 20, but the run has 15 epochs"},
      {30, 938,
       "{type: ChainedScheduler, schedulers: [{type: LinearLR, start_factor: 0.5, total_iters: "
       "60}, "
       "{type: ExponentialLR, gamma: 0.9}]}",
       "the line is cut off"},
      // Over too soon.
      {10, 938, "{type: CosineAnnealingLR, T_max: 5}", "T_max is 5"},
      {100, 391, "{type: CosineAnnealingLR, T_max: 50}", "T_max is 50"},
      {10, 938, "{type: OneCycleLR, max_lr: 0.1, total_steps: 5000}", "total_steps is 5000"},
      {20, 938, "{type: LinearLR, start_factor: 1, end_factor: 0, total_iters: 10}",
       "the rate is zero for the last 50% of the run"},
      {20, 938, "{type: PolynomialLR}", "the rate is zero for the last 75% of the run"},
      {20, 938,
       "{type: WSD, num_warmup_steps: 500, num_decay_steps: 1000, num_training_steps: 9000}",
       "num_training_steps is 9000"},
      {10, 938, "{type: LRRangeTest}", "num_iter is 100"},
      {20, 938, "{type: WSD, num_warmup_steps: 500, num_stable_steps: 4000, num_decay_steps: 1000}",
       "the rate is zero for the last 71% of the run"},
      // The warm-up is longer than the run.
      {1, 938, "{type: StepLR, step_size: 3, warmup: {steps: 5000}}", "the warm-up of 5000 steps"},
      {1, 938, "{type: CosineAnnealingLR, T_max: 5, warmup: {steps: 5000}}",
       "the warm-up of 5000 steps"},
      {3, 100, "{type: ExponentialLR, gamma: 0.9, warmup: {steps: 300}}", "never begins"},
      // Epochs and steps.
      {10, 938, "{type: StepLR, step_size: 2000}", "looks like optimizer steps"},
      {10, 938, "{type: MultiStepLR, milestones: [3000, 6000]}", "looks like optimizer steps"},
      {20, 938, "{type: CosineAnnealingLR, T_max: 18760}", "looks like optimizer steps"},
      {20, 938, "{type: OneCycleLR, max_lr: 0.1, total_steps: 18760, interval: epoch}",
       "looks like optimizer steps"},
      {10, 938, "{type: CyclicLR, base_lr: 0.001, max_lr: 0.1, step_size_up: 5}",
       "looks like epochs"},
      {60, 938, "{type: StepLR, step_size: 30, interval: step}", "looks like epochs"},
      {90, 5005, "{type: MultiStepLR, milestones: [30, 60, 80], interval: step}",
       "looks like epochs"},
      {20, 938, "{type: OneCycleLR, max_lr: 0.1, total_steps: 20}", "looks like epochs"},
      {20, 938, "{type: CosineAnnealingLR, T_max: 20, interval: step}", "looks like epochs"},
      {50, 938, "{type: CosineAnnealingWarmRestarts, T_0: 10, interval: step}",
       "looks like epochs"},
      {40, 938, "{type: WSD, num_warmup_steps: 5, num_decay_steps: 10}", "looks like epochs"},
      {20, 938, "{type: PolynomialLR, total_iters: 20, interval: step}", "looks like epochs"},
      {20, 938,
       "{type: PiecewiseLinear, interval: step, milestones_values: [[0, 0.01], [5, 0.1], [20, 0]]}",
       "looks like epochs"},
      // The rate.
      {20, 938, "{type: CosineAnnealingLR, T_max: run, eta_min: 0.5}", "the rate rises"},
      {20, 938, "{type: CosineAnnealingWarmRestarts, T_0: 10, eta_min: 0.2}", "the rate rises"},
      {10, 938, "{type: ExponentialLR, gamma: 2}", "512 times the optimizer's"},
      {10, 938, "{type: ExponentialLR, gamma: 0.95, interval: step}",
       "below a millionth of its highest"},
      {20, 938, "{type: StepLR, step_size: 1, gamma: 0.1}", "below a millionth of its highest"},
      {20, 938, "{type: StepLR, step_size: 5, gamma: 1}", "never moves"},
      {20, 938, "{type: CosineAnnealingLR, T_max: run, eta_min: 0.1}", "never moves"},
      // Plateaus.
      {12, 938, "{type: ReduceLROnPlateau, metric: val_accuracy, patience: 1, factor: 0.5}",
       "mode: min takes a falling val_accuracy for an improvement"},
      {12, 938, "{type: ReduceLROnPlateau, metric: val_loss, mode: max, patience: 1}",
       "mode: max takes a rising val_loss for an improvement"},
      {12, 938, "{type: ReduceLROnPlateau, metric: train_loss, mode: max, patience: 2}",
       "mode: max"},
      {5, 938, "{type: ReduceLROnPlateau}", "with patience 10"},
      {20, 938, "{type: ReduceLROnPlateau, patience: 20}", "with patience 20"},
      {20, 938, "{type: ReduceLROnPlateau, patience: 3, min_lr: 0.1}", "can never be reduced"},
      {20, 938, "{type: ReduceLROnPlateau, patience: 3, min_lr: 0.2}", "can never be reduced"},
      {20, 938, "{type: ReduceLROnPlateau, patience: 3, eps: 0.5}", "can never be reduced"},
      // No effect.
      {20, 938, "{type: CosineAnnealingWarmRestarts, T_0: 20, T_mult: 2}", "T_mult makes no"},
      {20, 938, "{type: CyclicLR, base_lr: 0.001, max_lr: 0.1, gamma: 0.99}",
       "gamma makes no difference"},
      {20, 938, "{type: CosineAnnealingWarmRestarts, T_0: 20, T_mult: {grid: [1, 2]}}",
       "T_mult makes no difference: its 2 values give the same rates"},
      {10, 938,
       "{type: SequentialLR, milestones: [2], schedulers: [{type: LinearLR, total_iters: 2}, "
       "{type: StepLR, step_size: 8, gamma: {grid: [0.1, 0.5]}}]}",
       "schedulers.1.step_size"},
  };
  return cases;
}

const std::vector<Case>& Right() {
  static const std::vector<Case> cases = {
      // Types beyond PyTorch's.
      {20, 938,
       "{type: PiecewiseConstant, milestones_values: [[0, 0.1], [10, 0.01], [15, 0.001]]}"},
      {20, 938, "{type: Table, rates: [0.1, 0.05, 0.01]}"},
      {20, 938, "{type: Table, rates: [0.1]}"},
      {20, 938, "{type: REX}"},
      {20, 938, "{type: REX, total_iters: run, eta_min: 0.001, interval: epoch}"},
      {20, 938, "{type: CosineWithHardRestarts, num_cycles: 4, cycle_decay: 0.5}"},
      {20, 938, "{type: CosineAnnealingWarmRestarts, T_0: 18, cycle_limit: 1, eta_min: 0.001}"},
      {20, 938, "{type: CosineAnnealingLR, T_max: run, eta_min_ratio: 0.1, k_decay: 1.5}"},
      {20, 938, "{type: ExponentialLR, gamma: 0.5, decay_steps: 25%, staircase: true}"},
      {20, 938, "{type: InverseTimeDecay, decay_rate: 1, decay_steps: 938}"},
      {20, 938, "{type: PolynomialLR, total_iters: run, lr_end: 0.0001, power: 2}"},
      {20, 938, "{type: Formula, lr: \"lr * 0.5 * (1 + cos(pi * t / T))\"}"},
      {20, 938, "{type: Formula, lr: \"base\", params: {base: 0.02}}"},
      {20, 938, "{type: OneCycleLR, max_lr: 0.1, epochs: 20, steps_per_epoch: 938}"},
      {20, 938,
       "{type: WSD, num_warmup_steps: 5%, num_decay_steps: 20%, decay_type: lowered_linear}"},
      {20, 938,
       "{type: WSD, num_warmup_steps: 5%, num_decay_steps: 20%, decay_type: exponential, "
       "min_lr_ratio: 0.01}"},
      {20, 938, "{type: CosineAnnealingLR, T_max: run, warmup: {steps: 5%, shape: exponential}}"},
      {20, 938, "{type: MultiStepLR, milestones: [0, 10, 10]}"},
      // Tutorials and papers.
      {90, 5005, "{type: StepLR, step_size: 30, gamma: 0.1}"},  // ImageNet
      {100, 5005, "{type: MultiStepLR, milestones: [30, 60, 80], gamma: 0.1}"},
      {200, 391, "{type: MultiStepLR, milestones: [60, 120, 160], gamma: 0.2}"},  // WideResNet
      {200, 391, "{type: CosineAnnealingLR, T_max: 200}"},
      {164, 391, "{type: MultiStepLR, milestones: [82, 123]}"},
      {300, 391, "{type: MultiStepLR, milestones: [150, 225]}"},  // DenseNet
      {14, 938, "{type: StepLR, step_size: 1, gamma: 0.7}"},      // PyTorch's MNIST example
      {12, 7330, "{type: MultiStepLR, milestones: [8, 11]}"},     // detection, 1x
      {24, 7330,
       "{type: MultiStepLR, milestones: [16, 22], warmup: {steps: 500, start_factor: "
       "0.001}}"},
      {30, 391, "{type: OneCycleLR, max_lr: 0.1}"},
      {30, 391, "{type: OneCycleLR, max_lr: 0.1, total_steps: 11730}"},
      {30, 391, "{type: OneCycleLR, max_lr: 0.1, total_steps: run, pct_start: 0.2}"},
      {10, 782, "{type: CyclicLR, base_lr: 0.01, max_lr: 0.1, step_size_up: 1564}"},
      {20, 938, "{type: CyclicLR, base_lr: 0.001, max_lr: 0.1}"},
      {24, 98, "{type: PiecewiseLinear, milestones_values: [[0, 0], [5, 0.4], [24, 0]]}"},  // DAWN
      {70, 391, "{type: CosineAnnealingWarmRestarts, T_0: 10, T_mult: 2}"},                 // SGDR
      {200, 391, "{type: CosineAnnealingWarmRestarts, T_0: 50}"},
      {25, 938, "{type: CosineAnnealingWarmRestarts, T_0: 10, T_mult: 2}"},  // cut, near its end
      {20, 938, "{type: ReduceLROnPlateau, patience: 3, factor: 0.5}"},
      {20, 938, "{type: ReduceLROnPlateau, metric: val_accuracy, mode: max, patience: 2}"},
      {13, 938, "{type: ReduceLROnPlateau}"},
      {50, 938, "{type: ReduceLROnPlateau, min_lr: 0.0001, cooldown: 2, patience: 5}"},
      {20, 938, "{type: ExponentialLR, gamma: 0.9}"},
      {20, 938, "{type: ExponentialLR, gamma: 0.9999, interval: step}"},
      {50, 938, "{type: PolynomialLR, total_iters: 50, power: 0.9}"},  // segmentation
      {20, 938, "{type: PolynomialLR, total_iters: run, power: 2, interval: step}"},
      {10, 938, "{type: InverseSqrt, num_warmup_steps: 4000}"},  // the Transformer
      {10, 938, "{type: WSD, num_warmup_steps: 100, num_decay_steps: 938}"},
      {10, 938, "{type: WSD, num_warmup_steps: 1%, num_decay_steps: 20%, decay_type: 1-sqrt}"},
      {10, 938, "{type: WSD, num_warmup_steps: 0, num_decay_steps: 9380}"},
      {2, 938, "{type: LRRangeTest, num_iter: run}"},
      {2, 938, "{type: LRRangeTest, num_iter: 1876, step_mode: linear}"},
      // A constant rate that was asked for.
      {20, 938, "{type: ConstantLR, factor: 1.0}"},
      {20, 938, "{type: ConstantLR, factor: {grid: [1.0, 0.1]}, total_iters: 2}"},
      {20, 938, "{type: ConstantLR, factor: 0.5, total_iters: 0}"},
      {20, 938, "{type: MultiStepLR, milestones: []}"},
      {20, 938, "{type: ExponentialLR, gamma: 1}"},
      {20, 938, "{type: LinearLR, start_factor: 1}"},
      // Defaults that are not written.
      {4, 1, "{type: LinearLR}"},
      {3, 938, "{type: LinearLR}"},
      {20, 938, "{type: LinearLR, interval: step}"},
      {20, 938, "{type: ConstantLR}"},
      {3, 938, "{type: ConstantLR, factor: 0.5}"},
      // Warm-ups may be as short as one likes.
      {60, 938,
       "{type: SequentialLR, interval: step, milestones: [50], schedulers: [{type: LinearLR, "
       "start_factor: 0.01, total_iters: 50}, {type: CosineAnnealingLR, T_max: run}]}"},
      {30, 938, "{type: InverseSqrt, num_warmup_steps: 20}"},
      {30, 938, "{type: WSD, num_warmup_steps: 10, num_decay_steps: 3000}"},
      {30, 938, "{type: LinearLR, start_factor: 0.1, total_iters: 20, interval: step}"},
      {20, 938, "{type: CosineAnnealingLR, T_max: run, warmup: {steps: 10}}"},
      {20, 938, "{type: CosineAnnealingLR, T_max: 15, warmup: {steps: 4690}}"},
      {20, 938, "{type: CosineAnnealingLR, T_max: run, interval: step, warmup: {steps: 5%}}"},
      // Off by one, and ends at the bottom of a wave.
      {20, 938, "{type: CosineAnnealingLR, T_max: 19}"},
      {20, 938, "{type: CosineAnnealingLR, T_max: 18750, interval: step}"},
      {30, 938, "{type: CosineAnnealingLR, T_max: 10}"},
      {20, 938, "{type: LinearLR, start_factor: 1, end_factor: 0, total_iters: 20}"},
      {20, 938, "{type: LinearLR, start_factor: 1, end_factor: 0, total_iters: 21}"},
      {20, 938, "{type: LinearLR, start_factor: 1, end_factor: 0.1, total_iters: 10}"},
      // Composed.
      {20, 938,
       "{type: SequentialLR, milestones: [5], schedulers: [{type: LinearLR, start_factor: 0.1, "
       "total_iters: 5}, {type: CosineAnnealingLR, T_max: 15}]}"},
      {20, 938,
       "{type: SequentialLR, milestones: [10%], schedulers: [{type: LinearLR, total_iters: run}, "
       "{type: CosineAnnealingLR, T_max: run, eta_min: 0.001}]}"},
      {20, 938,
       "{type: SequentialLR, milestones: [2], schedulers: [{type: LinearLR, start_factor: 0.1, "
       "total_iters: 2}, {type: StepLR, step_size: 6}]}"},
      {20, 938,
       "{type: SequentialLR, milestones: [10, 15], schedulers: [{type: ConstantLR, factor: 1}, "
       "{type: ConstantLR, factor: 0.1, total_iters: run}, "
       "{type: ConstantLR, factor: 0.01, total_iters: run}]}"},
      {20, 938,
       "{type: ChainedScheduler, schedulers: [{type: LinearLR, start_factor: 0.1, total_iters: 2}, "
       "{type: ExponentialLR, gamma: 0.9}]}"},
      {20, 938,
       "{type: ChainedScheduler, schedulers: [{type: ConstantLR, factor: 0.1, total_iters: 2}, "
       "{type: MultiStepLR, milestones: [10, 15]}]}"},
      // Shares.
      {7, 938, "{type: MultiStepLR, milestones: [50%, 75%]}"},
      {7, 938, "{type: StepLR, step_size: 25%}"},
      {7, 938, "{type: CosineAnnealingLR, T_max: 150%}"},
      {7, 938, "{type: PiecewiseLinear, milestones_values: [[0, 0.01], [30%, 0.1], [run, 0]]}"},
      // A warm-up delays the schedule, even where its rate is the schedule's.
      {20, 938, "{type: StepLR, step_size: 5, warmup: {steps: 500, start_factor: 1}}"},
      // Small data: few steps in an epoch.
      {50, 8, "{type: StepLR, step_size: 10}"},
      {50, 8, "{type: StepLR, step_size: 100, interval: step}"},
      {50, 8, "{type: CosineAnnealingLR, T_max: run, interval: step}"},
      {50, 8, "{type: CyclicLR, base_lr: 0.001, max_lr: 0.1, step_size_up: 40}"},
  };
  return cases;
}

TEST(LintTableTest, HoldsSixtyOfEach) {
  EXPECT_GE(Wrong().size(), 60U);
  EXPECT_GE(Right().size(), 60U);
}

TEST(LintTableTest, NamesEveryMistake) {
  for (const Case& one : Wrong()) {
    EXPECT_THAT(Found(one), Contains(HasSubstr(one.says)))
        << one.epochs << " x " << one.steps << ": " << one.scheduler;
  }
}

TEST(LintTableTest, AccusesNoSensibleSchedule) {
  for (const Case& one : Right()) {
    EXPECT_THAT(Found(one), IsEmpty()) << one.epochs << " x " << one.steps << ": " << one.scheduler;
  }
}

}  // namespace
}  // namespace lrsweep
