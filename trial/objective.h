// The objective of a sweep: the metric, mode and scope that rank its trials. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trial/metrics.h"

namespace lrsweep {

/// Ray Tune's words. Mode: `max` or `min`. Scope `last`: the last epoch's value; `best`: the best
/// of all epochs; `avg`: their mean; `last-5-avg` and `last-10-avg`: the mean of the last five or
/// ten, or of all where there are fewer. A derived metric looks at all epochs: its scope is `last`.
/// Of a user's program only those epochs count that have the metric.
struct Objective {
  std::string metric = kValAccuracy;  // ToText of a Metric (trial/metric_expression.h)
  std::string mode = "max";
  std::string scope = "last";

  bool operator==(const Objective&) const = default;
};

/// The words for a scope.
const std::vector<std::string>& Scopes();

/// For a scope that is the mean of the last epochs, how many; else 0.
int64_t LastEpochsOf(const std::string& scope);

/// Throws std::invalid_argument, with the known names, if a word of `objective` is unknown, or if
/// its scope has no meaning for its metric.
void Check(const Objective& objective, const MetricTable& table = BuiltInMetrics());

}  // namespace lrsweep
