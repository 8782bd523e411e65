// Values of metrics, and objectives, as text for people.
#pragma once

#include <optional>
#include <string>

#include "results/ranking.h"
#include "results/store.h"

namespace lrsweep {

/// "val_accuracy (max, last epoch)"; "epochs_to(val_accuracy, 0.975) (min)".
std::string Describe(const Objective& objective);

/// "0.9812", "7" (epochs and steps; a mean of them "7.5"), "12.34" (seconds).
std::string NumberText(const std::string& metric, double value);

/// Formats differences of a metric: shares (accuracies from 0 to 1) in points (hundredths of the
/// whole), others in the metric's unit.
class DifferenceText {
 public:
  /// With as many digits as a difference of about `size` needs.
  DifferenceText(const std::string& metric, bool is_share, double size);
  std::string Number(double difference) const;    // "0.12"
  std::string WithUnit(double difference) const;  // "0.12 points", "1.5 epochs", "0.0123"

 private:
  double factor_ = 1;
  int digits_ = 0;
  std::string unit_;
};

/// NumberText; for a trial without a value "diverged", "never" where it trained to its end without
/// reaching the metric's threshold, or "none" where it did not report the metric.
std::string MetricText(const std::string& metric, const std::optional<double>& value,
                       bool diverged);

/// " (2 other trials have the same value)"; empty for no others.
std::string TiedText(int64_t others, const std::string& noun, const std::string& number);

/// " after 9 epochs"; empty for no budget (0).
std::string BudgetText(int64_t budget);

/// The metrics of `sweep`'s Store::Metrics with what matters most first: val_accuracy, val_loss,
/// train_loss, test_accuracy, test_loss, then the others; of a user's program the objective's, then
/// the others.
MetricTable InOrderOfInterest(const MetricTable& table, const SweepRecord& sweep);

}  // namespace lrsweep
