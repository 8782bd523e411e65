// Which trial is best: pure functions over what the epochs recorded. The database's `ranking` view
// follows the same rules (results/schema.sql); a test compares the two.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trial/metric.h"

namespace lrsweep {

/// The metric, mode and scope that rank, with Ray Tune's words. Mode: `max` or `min`. Scope `last`:
/// the last epoch's value; `best`: the best of all epochs; `avg`: their mean; `last-5-avg` and
/// `last-10-avg`: the mean of the last five or ten, or of all where there are fewer. A derived
/// metric (metric.h) looks at all epochs itself: its scope is `last`.
struct Objective {
  std::string metric = "val_accuracy";  // ToText of a Metric
  std::string mode = "max";
  std::string scope = "last";

  bool operator==(const Objective&) const = default;
};

/// The words for a scope.
const std::vector<std::string>& Scopes();

/// Of how many of the last epochs the scope is the mean; 0 where it is no such scope.
int64_t LastEpochsOf(const std::string& scope);

/// Throws std::invalid_argument, with the known names, if a word of `objective` is unknown, or if
/// its scope has no meaning for its metric.
void Check(const Objective& objective);

/// What ranking needs of one trial.
struct RankedCurve {
  std::string trial_id;
  bool diverged = false;
  std::vector<double> values;        // the recorded metric after each epoch; NaN if not finite
  std::vector<int64_t> steps_done;   // of the whole trial, after each epoch: for steps_to
  std::vector<double> wall_seconds;  // of each epoch: for seconds_to

  void Add(double value, int64_t steps, double seconds);
};

struct Placed {
  int64_t place = 0;  // from 1
  std::string trial_id;
  std::optional<double> value;  // none where the trial diverged or never reached the threshold
};

/// The curve's value; none where it diverged, has no or not only finite values, or never reaches
/// the threshold. What is computed from several epochs is rounded to 12 decimals, so that equal
/// means are equal in whatever order they were added up. Throws std::invalid_argument as Check
/// does.
std::optional<double> Score(const RankedCurve& curve, const Objective& objective);

/// The curves in order of place: those without a value last, equal values by trial id (each place
/// is given once). Throws std::invalid_argument as Check does.
std::vector<Placed> Rank(std::vector<RankedCurve> curves, const Objective& objective);

}  // namespace lrsweep
