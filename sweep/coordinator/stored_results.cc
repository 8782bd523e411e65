#include "sweep/coordinator/stored_results.h"

#include <string>
#include <vector>

#include "results/ranking.h"
#include "trial/metric_expression.h"

namespace lrsweep {

ValueRules RulesOf(const Store& store) {
  const SweepRecord sweep = store.Sweep();
  return {sweep.objective, store.Metrics(), sweep.IsOfProgram()};
}

std::optional<double> ValueAfter(const Store& store, const ValueRules& rules,
                                 const std::string& trial_id, int64_t epochs) {
  const std::string recorded = ParseMetric(rules.objective.metric, rules.metrics).recorded;
  RankedCurve curve;
  curve.is_sparse = rules.of_program;
  for (const EpochRow& row : store.Epochs(trial_id)) {
    curve.Add(row.epoch, MetricOrNan(row.metrics, recorded), row.steps_done, row.wall_seconds);
    if (row.epoch >= epochs) break;
  }
  return Score(curve, rules.objective, rules.metrics);
}

std::optional<StoredResult> ResultOf(const Store& store, const ValueRules& rules,
                                     const Trial& trial, int64_t budget) {
  const std::vector<TrialRow> rows = store.TrialsByPrefix(trial.id, 1);
  if (rows.empty()) return std::nullopt;
  const TrialRow& row = rows.front();
  const bool is_whole = budget == 0 || budget >= EpochsOf(trial);
  // Of a pending trial that has diverged the end was not recorded: it comes to it again.
  const bool has_value = row.epochs_done >= budget && !(row.diverged && row.epochs_done == budget);
  if (!is_whole && has_value) {
    return StoredResult{ValueAfter(store, rules, trial.id, budget)};
  }
  if (row.state == "completed") return StoredResult{row.objective_value};
  if (row.state == "failed" || (row.state == "stopped" && row.diverged)) return StoredResult{};
  return std::nullopt;
}

}  // namespace lrsweep
