#include "views/exports/runs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "analysis/reported_epochs.h"
#include "results/time_text.h"
#include "views/charts/thinning.h"

namespace lrsweep {
namespace {

std::vector<RunEpoch> EpochsOf(const std::vector<EpochRow>& rows, const MetricTable& metrics,
                               const std::map<int64_t, double>& momenta, double started) {
  std::vector<RunEpoch> epochs;
  double time = started;
  for (const EpochRow& row : rows) {
    time += row.wall_seconds;
    RunEpoch epoch{row.epoch, time, {}};
    for (const MetricInfo& metric : metrics) {
      const auto found = row.metrics.find(metric.name);
      if (found != row.metrics.end()) epoch.scalars.emplace_back(metric.name, found->second);
    }
    epoch.scalars.emplace_back("lr", row.lr.value_or(std::numeric_limits<double>::quiet_NaN()));
    const auto momentum = momenta.find(row.epoch);
    if (momentum != momenta.end()) epoch.scalars.emplace_back("momentum", momentum->second);
    epochs.push_back(std::move(epoch));
  }
  return epochs;
}

/// When each step was, spread evenly over its epoch.
std::vector<double> TimesOf(const std::vector<EpochRow>& rows, size_t steps, double started) {
  std::vector<double> times;
  double time = started;
  for (const EpochRow& row : rows) {
    const size_t first = times.size();
    const size_t end = std::min(steps, static_cast<size_t>(row.steps_done));
    for (size_t i = first; i < end; ++i) {
      times.push_back(time + row.wall_seconds * static_cast<double>(i + 1 - first) /
                                 static_cast<double>(end - first));
    }
    time += row.wall_seconds;
  }
  return times;
}

/// `has_losses`: false where nobody reported any.
std::vector<RunStep> StepsOf(const std::vector<StepRow>& rows, const std::vector<double>& times,
                             bool has_losses, size_t most) {
  std::vector<RunStep> steps;
  const auto add = [&](const std::string& name, double StepRow::*member) {
    std::vector<double> values;
    values.reserve(times.size());
    for (size_t i = 0; i < times.size(); ++i) values.push_back(rows[i].*member);
    for (const size_t i : Thinned(values, most == 0 ? values.size() : std::max<size_t>(most, 4))) {
      steps.push_back({static_cast<int64_t>(i), times[i], name, values[i]});
    }
  };
  if (has_losses) add("step/loss", &StepRow::loss);
  add("step/lr", &StepRow::lr);
  add("step/momentum", &StepRow::momentum);
  std::stable_sort(steps.begin(), steps.end(),
                   [](const RunStep& a, const RunStep& b) { return a.step < b.step; });
  return steps;
}

}  // namespace

double UnixSeconds(const std::string& time) {
  return SecondsBetween("1970-01-01T00:00:00.000Z", time);
}

void EachRun(const Store& store, const RunOptions& options,
             const std::function<void(const Run&)>& visit) {
  const TrialLabels labels = store.Labels();
  const MetricTable metrics = store.Metrics();
  const SweepRecord sweep = store.Sweep();
  bool any = false;
  store.EachTrial([&](const TrialRow& trial) {
    StopIf(options.interrupted);
    if (!trial.in_space || trial.epochs_done == 0) return;
    any = true;
    Run run;
    run.trial = trial;
    const std::string label = labels.Of(trial.scheduler, FlatText(trial.params_json));
    run.name = trial.scheduler + (label.empty() ? "" : " " + label);
    run.started = UnixSeconds(store.FirstTrainedAt(trial.trial_id));
    run.ended = run.started + trial.wall_seconds;
    const std::vector<EpochRow> epochs = ReportedEpochs(store, sweep, trial);
    run.epochs = EpochsOf(epochs, metrics, store.MomentumByEpoch(trial.trial_id), run.started);
    if (options.step_points) {
      const std::vector<StepRow> steps = store.Steps(trial.trial_id);
      const bool has_losses =
          !sweep.IsOfProgram() || std::any_of(steps.begin(), steps.end(), [](const StepRow& step) {
            return std::isfinite(step.loss);
          });
      run.steps = StepsOf(steps, TimesOf(epochs, steps.size(), run.started), has_losses,
                          *options.step_points);
    }
    visit(run);
  });
  if (!any) throw ExportError("no epoch of any trial is done yet: there is nothing to export");
}

}  // namespace lrsweep
