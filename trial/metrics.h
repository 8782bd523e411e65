// The table of metrics: one row for each number that is measured of a trial's epoch. Reading,
// writing, labels and help follow from it. Pure; thread-safe.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lrsweep {

inline constexpr const char* kTrainLoss = "train_loss";
inline constexpr const char* kValLoss = "val_loss";
inline constexpr const char* kValAccuracy = "val_accuracy";
inline constexpr const char* kTestLoss = "test_loss";
inline constexpr const char* kTestAccuracy = "test_accuracy";

/// Which values of a metric are better. `kUnknown`: of a user's program that did not say.
enum class Better { kUnknown, kLess, kMore };

/// A metric. A built-in one has a column of the same name in the table `epochs`; one that a user's
/// program reports has rows in `reported_metrics`.
struct MetricInfo {
  std::string name;
  Better better = Better::kUnknown;
  std::string unit;  // for labels: "cross-entropy, nats"; empty: not known
  std::string help;  // what it is: "mean cross-entropy over the evaluation images"
  double least = -std::numeric_limits<double>::infinity();    // no value is below
  double greatest = std::numeric_limits<double>::infinity();  // no value is above
  bool marks_divergence = false;  // a NaN or infinite value of it ends the trial
  bool needs_validation = false;  // recorded only where training images are held back

  bool IsShare() const { return least == 0 && greatest == 1; }
  /// What an axis is called: "val_loss (cross-entropy, nats)".
  std::string Label() const { return unit.empty() ? name : name + " (" + unit + ")"; }
};

using MetricTable = std::vector<MetricInfo>;

/// What the built-in model records.
const MetricTable& BuiltInMetrics();

/// Those that it records where training images are held back for validation, or are not.
MetricTable BuiltInMetrics(bool has_validation);

/// The row of that name; nullptr for none.
const MetricInfo* FindMetric(const MetricTable& table, std::string_view name);

/// "train_loss, val_loss".
std::string NamesOf(const MetricTable& table);

/// The metrics of one epoch by name. A value may be NaN or infinite. Of what the database holds,
/// NaN stands for both, and for a metric that the epoch lacks.
using Metrics = std::map<std::string, double, std::less<>>;

/// Throws std::invalid_argument, with the names that there are, where `name` is not among them.
double MetricValue(const Metrics& metrics, std::string_view name);

/// The metric's value; NaN where it is not among them.
double MetricOrNan(const Metrics& metrics, std::string_view name);

/// Whether a metric that marks divergence is NaN or infinite.
bool Diverged(const Metrics& metrics);

}  // namespace lrsweep
