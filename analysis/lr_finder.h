// Reads a learning-rate range test: the rates at which the model learns, and the rate at which its
// loss diverges.
//
// L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", arXiv:1506.01186, section
// 3.3, read from the smoothed loss as in fastai's lr_find: an exponential moving average over the
// steps with weight 0.98 for the past, its bias at the beginning corrected.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/store.h"

namespace lrsweep {

struct RangeTest {
  double steepest_lr = 0;     // where the smoothed loss falls fastest per factor in the rate
  double last_stable_lr = 0;  // the last rate before the loss diverges; the last one if it does not
  bool diverged = false;  // the loss became NaN, infinite, or four times its least smoothed value
  /// Smith's bounds for CyclicLR: the rate at which the loss has begun to fall (by a tenth of its
  /// whole fall), and the one at which it stops falling (its least smoothed value).
  double base_lr = 0;
  double max_lr = 0;
};

/// Reads a range test from the rate and the loss of each step, up to where the rates stop rising. A
/// loss may be NaN. Nothing where the smoothed loss does not fall by a twentieth, or where there
/// are fewer than ten steps before it diverges.
std::optional<RangeTest> ReadRangeTest(const std::vector<double>& lr,
                                       const std::vector<double>& loss);

/// Whether the trial is a range test.
bool IsRangeTest(const TrialRow& trial);

/// Reads the recorded steps of the trial; none as ReadRangeTest.
std::optional<RangeTest> RangeTestOf(const Store& store, const TrialRow& trial);

/// "steepest descent at lr 0.12, the loss diverges after lr 2.5; suggested base_lr 0.01, max_lr
/// 0.9", or why nothing is suggested.
std::string Describe(const std::optional<RangeTest>& test);

}  // namespace lrsweep
