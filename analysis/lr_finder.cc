#include "analysis/lr_finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>

namespace lrsweep {
namespace {

constexpr double kPast = 0.98;        // the weight of the past in the moving average
constexpr double kDiverged = 4;       // times the least smoothed loss
constexpr double kBegunToFall = 0.1;  // of the whole fall
constexpr double kLeastFall = 0.05;   // of the loss: less is noise
constexpr size_t kFewest = 10;        // steps that tell anything
constexpr size_t kSlopeShare = 20;    // the slope is taken over a twentieth of the steps

/// The smoothed losses up to the first that is not finite.
std::vector<double> Smoothed(const std::vector<double>& loss) {
  std::vector<double> smoothed;
  double average = 0;
  double weight = 1;
  for (const double value : loss) {
    if (!std::isfinite(value)) break;
    average = kPast * average + (1 - kPast) * value;
    weight *= kPast;
    smoothed.push_back(average / (1 - weight));
  }
  return smoothed;
}

/// How many steps come before the smoothed loss reaches a multiple of its least value so far.
size_t StableSteps(const std::vector<double>& smoothed) {
  double least = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < smoothed.size(); ++i) {
    least = std::min(least, smoothed[i]);
    if (smoothed[i] > kDiverged * least) return i;
  }
  return smoothed.size();
}

/// Where the smoothed loss falls fastest against the logarithm of the rate, up to step `end`.
size_t SteepestStep(const std::vector<double>& lr, const std::vector<double>& smoothed,
                    size_t end) {
  const size_t span = std::max<size_t>(1, end / kSlopeShare);
  size_t steepest = 0;
  double least_slope = 0;
  for (size_t i = 0; i + span <= end; ++i) {
    if (lr[i] <= 0) continue;
    const double slope =
        (smoothed[i + span] - smoothed[i]) / (std::log(lr[i + span]) - std::log(lr[i]));
    if (slope < least_slope) {
      least_slope = slope;
      steepest = i + span / 2;
    }
  }
  return steepest;
}

}  // namespace

std::optional<RangeTest> ReadRangeTest(const std::vector<double>& lr,
                                       const std::vector<double>& loss) {
  // The test lasts as long as the rate rises.
  const auto last = std::adjacent_find(lr.begin(), lr.end(), std::greater_equal<>());
  const auto steps =
      static_cast<size_t>(last == lr.end() ? last - lr.begin() : last - lr.begin() + 1);
  const std::vector<double> tested(loss.begin(), loss.begin() + static_cast<std::ptrdiff_t>(steps));
  std::vector<double> smoothed = Smoothed(tested);
  const size_t stable = StableSteps(smoothed);
  if (stable < kFewest) return std::nullopt;
  smoothed.resize(stable);
  const auto least = std::min_element(smoothed.begin(), smoothed.end());
  const auto bottom = static_cast<size_t>(least - smoothed.begin());
  const double start = *std::max_element(smoothed.begin(), least + 1);
  if (bottom == 0 || start - *least < kLeastFall * start) return std::nullopt;

  const double begun = start - kBegunToFall * (start - *least);
  // Searched backwards from the bottom, so that noise at tiny rates is not taken for the fall.
  size_t base = bottom;
  while (base > 0 && smoothed[base - 1] <= begun) --base;

  RangeTest test;
  test.steepest_lr = lr[SteepestStep(lr, smoothed, bottom)];
  test.last_stable_lr = lr[stable - 1];
  test.diverged = stable < tested.size();
  test.base_lr = lr[base];
  test.max_lr = lr[bottom];
  return test;
}

bool IsRangeTest(const TrialRow& trial) { return trial.scheduler == "LRRangeTest"; }

std::optional<RangeTest> RangeTestOf(const Store& store, const TrialRow& trial) {
  std::vector<double> lr;
  std::vector<double> loss;
  for (const StepRow& step : store.Steps(trial.trial_id)) {
    lr.push_back(step.lr);
    loss.push_back(step.loss);
  }
  return ReadRangeTest(lr, loss);
}

std::string Describe(const std::optional<RangeTest>& test) {
  if (!test) return "no rates to suggest: no steps are recorded, or the loss does not clearly fall";
  return fmt::format(
      "steepest descent at lr {:.3g}, the loss {} lr {:.3g}; suggested base_lr {:.3g}, "
      "max_lr {:.3g}",
      test->steepest_lr, test->diverged ? "diverges after" : "does not diverge up to",
      test->last_stable_lr, test->base_lr, test->max_lr);
}

}  // namespace lrsweep
