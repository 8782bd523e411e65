#include "views/report/report_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include "analysis/reported_epochs.h"
#include "analysis/test_value.h"
#include "views/metric_text.h"

namespace lrsweep {
namespace {

void AddTrials(const ReportSource& source, size_t sweep, ReportInput& input) {
  std::map<std::string, RankedTrial> places;
  for (RankedTrial& placed : source.store.Ranking(input.objective, 0)) {
    std::string id = placed.trial_id;
    places.emplace(std::move(id), std::move(placed));
  }
  std::map<std::string, double> values_of_promoted;
  for (const int64_t budget : BudgetsOf(source.store)) {
    for (const ScoredTrial& scored : source.store.ScoresOfBudget(input.objective, budget)) {
      if (scored.value) values_of_promoted.emplace(scored.trial_id, *scored.value);
    }
  }
  const std::optional<std::string> test_metric = TestValues(source.store, input.objective).Metric();
  std::map<std::string, size_t> groups;
  const size_t groups_before = input.CountGroups();
  for (TrialRow& row : source.store.Trials()) {
    if (!row.in_space) continue;
    const size_t group = groups.emplace(row.group_id, groups_before + groups.size()).first->second;
    ReportTrial trial{.sweep = sweep, .group = group, .row = std::move(row)};
    trial.params = FlatText(trial.row.params_json);
    input.labels.Add(trial.row.scheduler, trial.params);
    if (const auto found = places.find(trial.row.trial_id); found != places.end()) {
      trial.place = found->second.place;
      trial.value = found->second.value;
    } else if (const auto value = values_of_promoted.find(trial.row.trial_id);
               trial.row.promoted && value != values_of_promoted.end()) {
      trial.value = value->second;
    }
    trial.epochs = ReportedEpochs(source.store, input.sweeps[sweep], trial.row);
    if (test_metric && !trial.row.diverged) {
      trial.test_value = TestValueOf(trial.epochs, input.objective, *test_metric);
    }
    input.trials.push_back(std::move(trial));
  }
}

/// Adds the metrics of one sweep. Of one that another sweep knows too, only what holds for both.
void Join(const MetricTable& metrics, MetricTable& all) {
  for (const MetricInfo& metric : metrics) {
    const auto known = std::find_if(all.begin(), all.end(), [&metric](const MetricInfo& one) {
      return one.name == metric.name;
    });
    if (known == all.end()) {
      all.push_back(metric);
      continue;
    }
    known->least = std::min(known->least, metric.least);
    known->greatest = std::max(known->greatest, metric.greatest);
    if (known->unit != metric.unit) known->unit.clear();
  }
}

void RefuseWhatCannotBeCompared(const ReportInput& input) {
  const size_t ranked = input.Ranked();
  if (ranked == 0) {
    throw std::invalid_argument(
        "no trial has finished yet, so there is nothing to report: see `lrsweep status`");
  }
  if (ranked == 1) {
    throw std::invalid_argument(
        "one trial has finished, and a report compares at least two: see that one by `lrsweep "
        "show`");
  }
  const bool has_value = std::any_of(input.trials.begin(), input.trials.end(),
                                     [](const ReportTrial& trial) { return trial.value; });
  const bool all_diverged =
      std::all_of(input.trials.begin(), input.trials.end(),
                  [](const ReportTrial& trial) { return !trial.place || trial.row.diverged; });
  if (!has_value && !all_diverged) {
    throw std::invalid_argument(
        fmt::format("none of the {} finished trials has a value of {}: choose another --metric",
                    ranked, input.objective.metric));
  }
}

}  // namespace

size_t ReportInput::Ranked() const {
  return static_cast<size_t>(std::count_if(trials.begin(), trials.end(),
                                           [](const ReportTrial& trial) { return trial.place; }));
}

size_t ReportInput::CountGroups() const {
  size_t count = 0;
  for (const ReportTrial& trial : trials) count = std::max(count, trial.group + 1);
  return count;
}

ReportInput ReadReportInput(const std::vector<ReportSource>& sources,
                            const ObjectiveOptions& options) {
  ReportInput input;
  for (const ReportSource& source : sources) input.sweeps.push_back(source.store.Sweep());
  for (size_t i = 0; i < sources.size(); ++i) {
    Join(InOrderOfInterest(sources[i].store.Metrics(), input.sweeps[i]), input.metrics);
  }
  input.objective = ChooseObjective(input.sweeps.at(0), options, input.metrics);
  for (size_t i = 0; i < sources.size(); ++i) {
    AddTrials(sources[i], i, input);
    input.groups.push_back(RankGroups(sources[i].store, input.objective));
    for (const int64_t budget : BudgetsOf(sources[i].store)) {
      input.of_budgets[i].push_back(RankGroupsOfBudget(sources[i].store, input.objective, budget));
    }
  }
  RefuseWhatCannotBeCompared(input);
  return input;
}

}  // namespace lrsweep
