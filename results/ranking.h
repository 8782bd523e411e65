// A trial's value by an objective, from the curve of its epochs. Pure. The database's SQL follows
// the same rules (results/store_ranking.cc, results/schema.sql); a test compares the two.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trial/metric_expression.h"
#include "trial/objective.h"

namespace lrsweep {

/// What ranking needs of one trial: a point for each epoch that counts.
struct RankedCurve {
  std::string trial_id;
  bool diverged = false;
  std::vector<double> values;           // the recorded metric after each epoch; NaN if not finite
  std::vector<int64_t> epochs;          // from 1; a user's program may leave some out
  std::vector<int64_t> steps_done;      // of the whole trial, after each epoch: for steps_to
  std::vector<double> elapsed_seconds;  // of the whole trial, after each epoch: for seconds_to
  bool is_sparse = false;   // only epochs with a finite value count: a user's program may evaluate
                            // at every fifth epoch, and report its loss at each
  double wall_seconds = 0;  // of all epochs, those that do not count included

  /// Adds the next epoch. `seconds` are its own.
  void Add(int64_t epoch, double value, int64_t steps, double seconds);
};

/// A trial's place in the ranking.
struct RankedTrial {
  int64_t place = 0;  // from 1
  std::string trial_id;
  std::optional<double> value;  // none where the trial diverged or never reached the threshold
};

/// The curve's value; none where it diverged, has no or not only finite values, or never reaches
/// the threshold. A value computed from several epochs is rounded to 12 decimals, so that equal
/// means are equal whatever the order of summation. Throws std::invalid_argument as Check does.
std::optional<double> Score(const RankedCurve& curve, const Objective& objective,
                            const MetricTable& table = BuiltInMetrics());

}  // namespace lrsweep
