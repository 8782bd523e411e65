// Which trial is best: pure functions over what the epochs recorded. The database's `ranking` view
// follows the same rules (results/schema.sql); a test compares the two.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lrsweep {

/// The recorded metrics: train_loss, val_loss, val_accuracy.
const std::vector<std::string>& Metrics();

/// The metric, mode and scope that rank, with Ray Tune's words. Mode: `max` or `min`. Scope `last`:
/// the last epoch's value; `best`: the best of all epochs; `avg`: their mean.
struct Objective {
  std::string metric = "val_accuracy";
  std::string mode = "max";
  std::string scope = "last";

  bool operator==(const Objective&) const = default;
};

/// Throws std::invalid_argument, with the known names, if a word of `objective` is unknown.
void Check(const Objective& objective);

/// "max" for an accuracy, "min" for a loss. Throws std::invalid_argument for an unknown metric.
std::string NaturalMode(const std::string& metric);

/// What ranking needs of one trial.
struct RankedCurve {
  std::string trial_id;
  bool diverged = false;
  std::vector<double> values;  // the metric after each epoch; NaN where it was not finite
};

struct Placed {
  int64_t place = 0;  // from 1
  std::string trial_id;
  std::optional<double> value;  // none where the trial diverged
};

/// The curves in order of place: diverged ones last, equal values by trial id (each place is
/// given once). A curve without values, or with one that is not finite, counts as diverged. A mean
/// is rounded to 12 decimals, so that equal means are equal in whatever order they were added up.
/// Throws std::invalid_argument as Check does.
std::vector<Placed> Rank(std::vector<RankedCurve> curves, const Objective& objective);

}  // namespace lrsweep
