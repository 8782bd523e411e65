// Comparison of two databases: which trials they share, whether these agree in every bit, and which
// database has better values.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/bit_comparison.h"
#include "analysis/selection.h"
#include "analysis/statistics/paired.h"

namespace lrsweep {

/// A trial of both databases that differs in some bit.
struct SharedTrial {
  TrialRow a;
  BitComparison bits;
};

struct SweepComparison {
  int64_t shared = 0;  // with an epoch in both
  int64_t agree = 0;
  std::vector<SharedTrial> differ;
  int64_t only_in_a = 0, only_in_b = 0;
  std::optional<PairedComparison> by_trial;  // of A's value less B's, positive where A is better
};

SweepComparison CompareSweeps(const NamedSweep& a, const NamedSweep& b);

}  // namespace lrsweep
