#include "analysis/sweep_comparison.h"

#include <string>
#include <unordered_map>
#include <utility>

namespace lrsweep {
namespace {

/// The metric whose final values are told: of a user's program the one that ranks A.
std::string MetricToTell(const SweepRecord& sweep) {
  if (!sweep.IsOfProgram()) return kValAccuracy;
  return ParseKnownMetric(sweep.objective.metric).recorded;
}

/// Compares the epochs that both have; a program need not report every one.
BitComparison CompareTrial(const NamedSweep& a, const NamedSweep& b, const std::string& id) {
  const std::vector<EpochRow> a_epochs = a.store.Epochs(id);
  const std::vector<EpochRow> b_epochs = b.store.Epochs(id);
  const std::vector<StepRow> a_steps = a.store.Steps(id);
  const std::vector<StepRow> b_steps = b.store.Steps(id);
  BitComparison bits{.metric = MetricToTell(a.sweep)};
  for (size_t i = 0, j = 0; i < a_epochs.size() && j < b_epochs.size();) {
    if (a_epochs[i].epoch < b_epochs[j].epoch) {
      ++i;
    } else if (b_epochs[j].epoch < a_epochs[i].epoch) {
      ++j;
    } else {
      CompareEpoch(a_epochs[i], StepsOf(a_epochs, i, a_steps), b_epochs[j],
                   StepsOf(b_epochs, j, b_steps), bits);
      ++i;
      ++j;
    }
  }
  return bits;
}

/// Values of trials by A's objective.
std::unordered_map<std::string, double> ValuesOf(const NamedSweep& of, const Objective& objective) {
  std::unordered_map<std::string, double> values;
  for (const ScoredTrial& trial : of.store.Scores(objective)) {
    if (trial.value) values.emplace(trial.trial_id, *trial.value);
  }
  return values;
}

/// Compares the trials that have a value in both sweeps; none where all these values are
/// equal, or B does not know the metric.
std::optional<PairedComparison> CompareByTrial(const NamedSweep& a, const NamedSweep& b) {
  const Objective& objective = a.sweep.objective;
  const std::string recorded = ParseKnownMetric(objective.metric).recorded;
  if (FindMetric(b.store.Metrics(), recorded) == nullptr) return std::nullopt;
  const double sign = objective.mode == "min" ? -1 : 1;
  const auto b_values = ValuesOf(b, objective);
  std::vector<double> differences;
  bool any = false;
  for (const auto& [id, value] : ValuesOf(a, objective)) {
    const auto found = b_values.find(id);
    if (found == b_values.end()) continue;
    differences.push_back(sign * (value - found->second));
    any = any || differences.back() != 0;
  }
  if (!any) return std::nullopt;
  return ComparePaired(differences);
}

}  // namespace

SweepComparison CompareSweeps(const NamedSweep& a, const NamedSweep& b) {
  SweepComparison comparison;
  std::unordered_map<std::string, int64_t> epochs_in_b;
  b.store.EachTrial(
      [&](const TrialRow& trial) { epochs_in_b.emplace(trial.trial_id, trial.epochs_done); });
  comparison.only_in_b = static_cast<int64_t>(epochs_in_b.size());
  a.store.EachTrial([&](const TrialRow& trial) {
    const auto found = epochs_in_b.find(trial.trial_id);
    if (found == epochs_in_b.end()) {
      ++comparison.only_in_a;
      return;
    }
    --comparison.only_in_b;
    if (trial.epochs_done == 0 || found->second == 0) return;
    ++comparison.shared;
    BitComparison bits = CompareTrial(a, b, trial.trial_id);
    if (bits.Differs()) {
      comparison.differ.push_back({trial, std::move(bits)});
    } else {
      ++comparison.agree;
    }
  });
  comparison.by_trial = CompareByTrial(a, b);
  return comparison;
}

}  // namespace lrsweep
