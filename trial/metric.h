// What trials are measured by: the metrics that every epoch records, and what can be derived from
// their curves. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lrsweep {

/// The recorded metrics: train_loss, val_loss, val_accuracy.
const std::vector<std::string>& RecordedMetrics();

/// How a number of a trial comes from the curve of a recorded metric.
enum class Derivation {
  kNone,            // the metric itself: a scope says which epochs count
  kEpochsTo,        // epochs trained when it first reaches the threshold
  kStepsTo,         // likewise optimizer steps of the whole trial
  kSecondsTo,       // likewise wall seconds, evaluations included
  kAreaUnder,       // the area under the curve by the trapezoid rule, from the first epoch's end to
                    // the last one's, per epoch: a mean in the metric's unit
  kFinalMinusBest,  // the last epoch's value less the best one: 0 where the last epoch is the best
};

/// "Reaches": an accuracy is at least the threshold, a loss at most.
struct Metric {
  std::string recorded = "val_accuracy";
  Derivation derivation = Derivation::kNone;
  double threshold = 0;  // of the three that wait for one

  bool IsDerived() const { return derivation != Derivation::kNone; }
  /// A trial may never reach it, and then has no value though it did not diverge.
  bool HasThreshold() const;
  /// Of the recorded metric: true for an accuracy, false for a loss.
  bool MoreIsBetter() const;
  bool operator==(const Metric&) const = default;
};

/// Reads "val_loss", "epochs_to(val_accuracy, 0.975)", "steps_to(...)", "seconds_to(...)",
/// "area_under(val_loss)" or "final_minus_best(val_loss)"; spaces do not matter. Throws
/// std::invalid_argument that says what is wrong, with the known forms where none is meant. A
/// threshold that no value can reach (an accuracy above 1) is refused.
Metric ParseMetric(const std::string& text);

/// Whether a derived metric begins with this word: "epochs_to".
bool IsDerivation(std::string_view word);

/// The canonical form, which ParseMetric reads back: "epochs_to(val_accuracy, 0.975)".
std::string ToText(const Metric& metric);

/// "max" or "min": for what is derived, as for its metric, but fewer epochs, steps and seconds are
/// better. Throws as ParseMetric.
std::string NaturalMode(const std::string& metric);

/// What a value is counted in: "epochs", "steps", "s"; empty for losses and accuracies.
std::string UnitOf(const Metric& metric);

/// The parts of a list "A, B(c, d)" at the commas that are not inside parentheses or quotes, with
/// no spaces around them.
std::vector<std::string> SplitExpressions(const std::string& text);

/// The recorded metric of an epoch, an EpochRecord or an EpochRow.
template <typename Epoch>
const auto& RecordedValue(const Epoch& epoch, const std::string& recorded) {
  if (recorded == "train_loss") return epoch.train_loss;
  if (recorded == "val_loss") return epoch.val_loss;
  return epoch.val_accuracy;
}

}  // namespace lrsweep
