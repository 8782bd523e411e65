// Tests whether one thing is better than another or only lucky, by comparing pairs: the same seed
// means the same initial weights and the same batches, so the two values of a seed make a pair.
// Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/statistics/summary.h"

namespace lrsweep {

struct PairedComparison {
  int64_t pairs = 0;
  double mean = 0;  // of the differences
  /// Of the mean: percentile bootstrap; none for one pair. With few pairs it is too narrow: it
  /// holds the true mean of normal differences in 84% of the cases with 5 pairs, 88% with 8, 91%
  /// with 12, 93% with 20. Do not rely on it below 8 pairs.
  std::optional<Interval> interval95;
  /// Two-sided sign-flip (randomization) test of the mean: the share of all 2^n ways to flip the
  /// differences' signs whose |mean| is at least as large. Exact up to kExactPairs pairs; beyond,
  /// of kDrawnFlips flips drawn with a fixed seed, the observed one included. 1 where all are 0.
  double p = 1;
  double smallest_p = 1;  // that any differences of so many pairs could give: 2^(1 - n),
                          //   beyond kExactPairs 1 / kDrawnFlips
};

inline constexpr int64_t kExactPairs = 20;
inline constexpr int64_t kDrawnFlips = 1 << 17;  // p scatters by 0.0006 around 0.05

/// Means count as equal in the sign-flip test where they differ by less than this share of the
/// mean |difference|: accuracies are counts, whose differences tie but for their rounding.
inline constexpr double kTieTolerance = 1e-9;

/// Compares `differences` (of pairs, a - b, finite; at least one, else std::invalid_argument) with
/// 0. The bootstrap draws 10,000 resamples from a generator with a fixed seed: equal differences,
/// in any order, give equal results.
PairedComparison ComparePaired(std::span<const double> differences);

/// Holm's correction for looking at several comparisons at once: the adjusted p of each, in the
/// order given, at most 1.
std::vector<double> HolmAdjusted(std::span<const double> p);

/// The fewest pairs with which a sign-flip test can reach `alpha` among `comparisons` corrected
/// ones at all: 6 for 0.05 and one comparison.
int64_t FewestPairs(double alpha, int64_t comparisons);

/// Pairs that would be needed to show a difference of this mean and spread (sample standard
/// deviation of the differences) at `alpha`, two-sided, with a power of 80%: by the normal
/// approximation with Student's correction, and no fewer than FewestPairs. None where the mean is
/// 0 or more than 1,000 would be needed.
std::optional<int64_t> PairsNeeded(double mean, double sd, double alpha, int64_t comparisons);

}  // namespace lrsweep
