// The tree-structured Parzen estimator: which point is worth to be tried next.
//
// As Optuna 5's TPESampler with its defaults (multivariate, constant liar): the best tenth of the
// observations, at most 25, gives one density, all others and those that are still being trained
// the other one. Of 24 points that are drawn from the first, the one is proposed at which the first
// exceeds the second most. Where nothing is known yet points are random.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sweep/search/tpe/parzen_estimator.h"

namespace lrsweep {

/// Immutable. Random numbers are counter-based, and bits are the same on every machine: see
/// portable_math.h. What is proposed depends on the arguments alone.
class TpeSampler {
 public:
  /// Of so many values and less nothing is concluded.
  static constexpr size_t kStartup = 10;
  static constexpr size_t kCandidates = 24;

  /// `key`: of the random numbers. `more_is_better`: as the objective's mode.
  TpeSampler(std::vector<ParzenDimension> dimensions, uint64_t key, bool more_is_better);

  /// The candidates for point `number` of the search, the best first. `points`: those before it,
  /// the oldest first, of which the first have `values`; none is the worst.
  std::vector<ParzenPoint> Propose(const std::vector<ParzenPoint>& points,
                                   const std::vector<std::optional<double>>& values,
                                   uint64_t number) const;

  /// Which of the points are the best ones: true for the best tenth of those with a value.
  std::vector<bool> Best(const std::vector<std::optional<double>>& values) const;

 private:
  std::vector<ParzenDimension> dimensions_;
  uint64_t key_;
  bool more_is_better_;
};

}  // namespace lrsweep
