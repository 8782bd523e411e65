// The metric that ranks a sweep: one of the table (trial/metrics.h), or a number that is derived
// from its curve over a trial's epochs. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "trial/metrics.h"

namespace lrsweep {

/// How a number of a trial comes from the curve of a recorded metric.
enum class Derivation {
  kNone,            // the metric itself: a scope says which epochs count
  kEpochsTo,        // epochs trained when it first reaches the threshold
  kStepsTo,         // same, but optimizer steps of the whole trial
  kSecondsTo,       // same, but wall seconds, evaluations included
  kAreaUnder,       // the area under the curve by the trapezoid rule, from the first epoch's end to
                    // the last one's, per epoch: a mean in the metric's unit
  kFinalMinusBest,  // the last epoch's value less the best one: 0 where the last epoch is the best
};

/// A metric of the table, or a number derived from its curve. A value reaches the threshold if it
/// is at least as high (where more is better), or at most as high (where less is better).
struct Metric {
  std::string recorded = kValAccuracy;  // its name in the table
  Derivation derivation = Derivation::kNone;
  double threshold = 0;           // of kEpochsTo, kStepsTo and kSecondsTo
  Better better = Better::kMore;  // values of the recorded metric

  bool IsDerived() const { return derivation != Derivation::kNone; }
  /// Whether it has a threshold. A trial that never reaches it has no value, though it did not
  /// diverge.
  bool HasThreshold() const;
  /// Whether higher values of the recorded metric are better.
  bool MoreIsBetter() const { return better == Better::kMore; }
  bool operator==(const Metric&) const = default;
};

/// Reads "val_loss", "epochs_to(val_accuracy, 0.975)", "steps_to(...)", "seconds_to(...)",
/// "area_under(val_loss)" or "final_minus_best(val_loss)" of a metric in `table`; spaces do not
/// matter. Throws std::invalid_argument that says what is wrong, with the known forms where none
/// matches. Refuses a threshold that no value can reach (an accuracy above 1), and a derivation
/// that needs to know which values are better where the table does not say.
Metric ParseMetric(const std::string& text, const MetricTable& table = BuiltInMetrics());

/// Reads a text that ParseMetric accepted before, without its table: any name of a metric and any
/// threshold passes, and `better` is unknown.
Metric ParseKnownMetric(const std::string& text);

/// Whether a derived metric begins with this word: "epochs_to".
bool IsDerivation(std::string_view word);

/// The canonical form, which ParseMetric reads back: "epochs_to(val_accuracy, 0.975)".
std::string ToText(const Metric& metric);

/// "max" or "min": that of the recorded metric, but fewer epochs, steps and seconds are better.
/// Throws std::invalid_argument as ParseMetric, and where the table does not say.
std::string NaturalMode(const std::string& metric, const MetricTable& table = BuiltInMetrics());

/// What a value is counted in: "epochs", "steps", "s"; empty where it has the metric's own unit.
std::string UnitOf(const Metric& metric);

/// Whether values of a metric, which may be a derived one, are shares from 0 to 1, as the table
/// says.
bool IsShare(const std::string& metric, const MetricTable& table);

/// The parts of a list "A, B(c, d)" at the commas that are not inside parentheses or quotes, with
/// no spaces around them.
std::vector<std::string> SplitExpressions(const std::string& text);

}  // namespace lrsweep
