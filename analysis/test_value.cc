#include "analysis/test_value.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lrsweep {
namespace {

/// An epoch's value of the objective's metric, and of the test metric.
struct Both {
  double own = 0;
  double test = 0;
};

/// Of the epochs that have the objective's metric: a user's program may leave it out.
std::vector<Both> BothOf(const std::vector<EpochRow>& epochs, const std::string& own,
                         const std::string& test) {
  std::vector<Both> both;
  for (const EpochRow& epoch : epochs) {
    const double value = MetricOrNan(epoch.metrics, own);
    if (std::isfinite(value)) both.push_back({value, MetricOrNan(epoch.metrics, test)});
  }
  return both;
}

/// Keeps the epochs that the objective's value is of.
void KeepCounted(const Objective& objective, bool is_derived, std::vector<Both>& epochs) {
  const auto worse = [most = objective.mode == "max"](const Both& a, const Both& b) {
    return most ? a.own < b.own : a.own > b.own;
  };
  if (!is_derived && objective.scope == "avg") return;
  if (!is_derived && objective.scope == "best") {
    epochs = {*std::max_element(epochs.begin(), epochs.end(), worse)};  // the first of equal ones
    return;
  }
  const int64_t last = is_derived ? 1 : std::max<int64_t>(LastEpochsOf(objective.scope), 1);
  const auto kept = std::min(epochs.size(), static_cast<size_t>(last));
  epochs.erase(epochs.begin(), epochs.end() - static_cast<std::ptrdiff_t>(kept));
}

}  // namespace

std::optional<std::string> TestMetricOf(const Objective& objective, const MetricTable& table) {
  const std::string recorded = ParseKnownMetric(objective.metric).recorded;
  std::string name;
  if (recorded == kValAccuracy) name = kTestAccuracy;
  if (recorded == kValLoss || recorded == kTrainLoss) name = kTestLoss;
  return FindMetric(table, name) == nullptr ? std::nullopt : std::optional(name);
}

std::optional<double> TestValueOf(const std::vector<EpochRow>& epochs, const Objective& objective,
                                  const std::string& test_metric) {
  const Metric metric = ParseKnownMetric(objective.metric);
  std::vector<Both> counted = BothOf(epochs, metric.recorded, test_metric);
  if (counted.empty()) return std::nullopt;
  KeepCounted(objective, metric.IsDerived(), counted);
  double sum = 0;
  for (const Both& epoch : counted) sum += epoch.test;
  const double mean = sum / static_cast<double>(counted.size());
  return std::isfinite(mean) ? std::optional(mean) : std::nullopt;
}

TestValues::TestValues(const Store& store, Objective objective)
    : store_(store),
      objective_(std::move(objective)),
      // What a user's program calls test_accuracy need not be beside its val_accuracy.
      metric_(store.Sweep().IsOfProgram() ? std::nullopt
                                          : TestMetricOf(objective_, store.Metrics())) {}

std::optional<double> TestValues::Of(const std::string& trial_id) const {
  if (!metric_) return std::nullopt;
  const auto [found, is_new] = values_.try_emplace(trial_id);
  if (is_new && !store_.TrialById(trial_id).diverged) {
    found->second = TestValueOf(store_.Epochs(trial_id), objective_, *metric_);
  }
  return found->second;
}

std::optional<double> TestValues::MeanOf(const std::vector<std::string>& trial_ids) const {
  if (trial_ids.empty()) return std::nullopt;
  double sum = 0;
  for (const std::string& trial_id : trial_ids) {
    const std::optional<double> value = Of(trial_id);
    if (!value) return std::nullopt;
    sum += *value;
  }
  return sum / static_cast<double>(trial_ids.size());
}

std::optional<double> TestValues::MeanOf(const RankedGroup& group) const {
  std::vector<std::string> trial_ids;
  for (const Repetition& one : group.repetitions) {
    if (IsRanked(one.state, one.diverged, one.was_pruned)) trial_ids.push_back(one.trial_id);
  }
  return MeanOf(trial_ids);
}

}  // namespace lrsweep
