// What a trial reaches on the test images, where it is chosen by held-back ones: for quoting, since
// the value that chose it among many is too good.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/groups.h"
#include "results/store.h"

namespace lrsweep {

/// The metric of the test images beside the objective's: test_loss for val_loss and train_loss,
/// test_accuracy for val_accuracy. None where the sweep does not have it (`table`), and for other
/// objectives.
std::optional<std::string> TestMetricOf(const Objective& objective, const MetricTable& table);

/// The test metric at the epochs that the objective's value is of: at the last one, at the one
/// whose own metric is best (the first of equal ones), or its mean over the same epochs. For a
/// derived metric, at the last epoch. None where one of these epochs lacks a value.
std::optional<double> TestValueOf(const std::vector<EpochRow>& epochs, const Objective& objective,
                                  const std::string& test_metric);

/// Reads test values of one sweep's trials by one objective, each when it is asked for, once.
class TestValues {
 public:
  /// `store` must outlive this object.
  TestValues(const Store& store, Objective objective);

  const std::optional<std::string>& Metric() const { return metric_; }

  /// None also where there is no Metric(), and where the training diverged.
  std::optional<double> Of(const std::string& trial_id) const;
  /// The mean over trials; none where one of them has none, or there are none.
  std::optional<double> MeanOf(const std::vector<std::string>& trial_ids) const;
  /// The mean over the trials of the group that have ended.
  std::optional<double> MeanOf(const RankedGroup& group) const;

 private:
  const Store& store_;
  Objective objective_;
  std::optional<std::string> metric_;
  mutable std::map<std::string, std::optional<double>> values_;  // by trial
};

}  // namespace lrsweep
