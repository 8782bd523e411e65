#include "sweep/coordinator/stored_results.h"

#include <string>
#include <vector>

#include "results/ranking.h"
#include "trial/metric_expression.h"

namespace lrsweep {
namespace {

/// The value that the trial would have if it had ended after the first epoch recorded from `epochs`
/// on.
std::optional<double> ValueAfter(const Store& store, const SweepRecord& sweep,
                                 const std::string& trial_id, int64_t epochs) {
  const MetricTable metrics = store.Metrics();
  const std::string recorded = ParseMetric(sweep.objective.metric, metrics).recorded;
  RankedCurve curve;
  curve.is_sparse = sweep.IsOfProgram();
  for (const EpochRow& row : store.Epochs(trial_id)) {
    curve.Add(row.epoch, MetricOrNan(row.metrics, recorded), row.steps_done, row.wall_seconds);
    if (row.epoch >= epochs) break;
  }
  return Score(curve, sweep.objective, metrics);
}

}  // namespace

std::optional<StoredResult> ResultOf(const Store& store, const SweepRecord& sweep,
                                     const Trial& trial, int64_t budget) {
  const std::vector<TrialRow> rows = store.TrialsByPrefix(trial.id, 1);
  if (rows.empty()) return std::nullopt;
  const TrialRow& row = rows.front();
  const bool is_whole = budget == 0 || budget >= EpochsOf(trial);
  const bool diverged = row.diverged && row.state == "stopped";
  if (!is_whole && row.epochs_done >= budget && !(diverged && row.epochs_done == budget)) {
    return StoredResult{ValueAfter(store, sweep, trial.id, budget)};
  }
  if (row.state == "completed") return StoredResult{row.objective_value};
  if (row.state == "failed" || diverged) return StoredResult{};
  return std::nullopt;
}

}  // namespace lrsweep
