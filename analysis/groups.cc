#include "analysis/groups.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "trial/metric_expression.h"

namespace lrsweep {
namespace {

/// What means are compared by, so that equal ones are equal whatever the order of summation: in
/// units of 1e-12.
double Rounded(double mean) { return std::round(mean * 1e12); }

void Summarise(RankedGroup& group, const std::string& metric, const MetricTable& metrics) {
  std::sort(group.repetitions.begin(), group.repetitions.end(),
            [](const Repetition& a, const Repetition& b) {
              return std::tie(a.seed, a.trial_id) < std::tie(b.seed, b.trial_id);
            });
  std::vector<double> values;
  for (const Repetition& one : group.repetitions) {
    if (one.value) values.push_back(*one.value);
  }
  if (values.empty()) return;
  group.summary = Summarize(values);
  CutInterval(*group.summary, metric, metrics);
}

/// The groups of these trials of which one has ended.
std::vector<RankedGroup> Gather(std::vector<ScoredTrial> trials, const Store& store,
                                const std::string& metric) {
  const TrialLabels labels = store.Labels();
  const MetricTable metrics = store.Metrics();
  std::vector<RankedGroup> groups;
  std::unordered_map<std::string, size_t> place_of;
  for (ScoredTrial& trial : trials) {
    const auto [found, is_new] = place_of.emplace(trial.group_id, groups.size());
    if (is_new) {
      RankedGroup group;
      group.group_id = trial.group_id;
      group.scheduler = trial.scheduler;
      group.params_json = std::move(trial.params_json);
      group.params = FlatText(group.params_json);
      group.params.erase(kSeedPath);
      group.label = labels.Of(trial.scheduler, group.params);
      groups.push_back(std::move(group));
    }
    RankedGroup& group = groups[found->second];
    group.budget = std::max(group.budget, trial.budget);
    group.dropped = group.dropped || trial.dropped;
    if (!IsRanked(trial.state, trial.diverged, trial.was_pruned)) {
      ++group.unfinished;
    } else if (trial.diverged) {
      ++group.diverged;
    } else if (!trial.value) {
      ++group.never;
    }
    group.repetitions.push_back({trial.seed, std::move(trial.trial_id), std::move(trial.state),
                                 trial.diverged, trial.value, trial.was_pruned});
  }
  std::erase_if(groups, [](const RankedGroup& group) {
    return static_cast<size_t>(group.unfinished) == group.repetitions.size();
  });
  for (RankedGroup& group : groups) Summarise(group, metric, metrics);
  return groups;
}

}  // namespace

std::string RankedGroup::Name() const {
  return label.empty() ? scheduler : scheduler + ' ' + label;
}

std::optional<double> RankedGroup::Best(const Objective& objective) const {
  if (!summary) return std::nullopt;
  return objective.mode == "min" ? summary->least : summary->greatest;
}

std::optional<double> RankedGroup::Worst(const Objective& objective) const {
  if (!summary) return std::nullopt;
  return objective.mode == "min" ? summary->greatest : summary->least;
}

std::vector<RankedGroup> RankGroups(const Store& store, const Objective& objective) {
  std::vector<RankedGroup> groups = Gather(store.Scores(objective), store, objective.metric);
  PlaceGroups(groups, objective);
  const SweepRecord sweep = store.Sweep();
  if (objective != sweep.objective) return groups;
  for (RankedGroup& group : groups) group.race_confidence = sweep.race_confidence;
  return groups;
}

std::vector<RankedGroup> OfHighestBudget(std::vector<RankedGroup> groups) {
  if (groups.empty()) return groups;
  std::erase_if(groups, [budget = groups.front().budget](const RankedGroup& group) {
    return group.budget != budget;
  });
  return groups;
}

std::set<int64_t> BudgetsOf(const Store& store) {
  std::set<int64_t> budgets;
  for (const RungCount& rung : store.Rungs()) budgets.insert(rung.budget);
  return budgets;
}

std::vector<RankedGroup> RankGroupsOfBudget(const Store& store, const Objective& objective,
                                            int64_t budget) {
  std::vector<RankedGroup> groups =
      Gather(store.ScoresOfBudget(objective, budget), store, objective.metric);
  PlaceGroups(groups, objective);
  return groups;
}

std::vector<RankedGroup> OfFullestBudget(const Store& store, const Objective& objective,
                                         const std::vector<RankedGroup>& groups) {
  if (groups.empty() || groups.front().budget == 0) return groups;
  std::vector<RankedGroup> fullest;
  for (const int64_t budget : BudgetsOf(store)) {
    std::vector<RankedGroup> found = RankGroupsOfBudget(store, objective, budget);
    if (found.size() >= fullest.size()) fullest = std::move(found);
  }
  return fullest;
}

int64_t TiedWithFirst(const std::vector<RankedGroup>& groups) {
  if (groups.empty() || !groups.front().IsSound()) return 0;
  const double mean = Rounded(groups.front().summary->mean);
  const int64_t budget = groups.front().budget;
  return std::count_if(groups.begin() + 1, groups.end(), [mean, budget](const RankedGroup& group) {
    return group.IsSound() && !group.dropped && group.budget == budget &&
           Rounded(group.summary->mean) == mean;
  });
}

std::optional<RankedGroup> FindGroup(const Store& store, const std::string& group_id,
                                     const Objective& objective) {
  std::vector<RankedGroup> found =
      Gather(store.Scores(objective, group_id), store, objective.metric);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

void CutInterval(Summary& summary, const std::string& metric, const MetricTable& metrics) {
  if (IsShare(metric, metrics)) CutInterval(summary, 0, 1);
}

void PlaceGroups(std::vector<RankedGroup>& groups, const Objective& objective) {
  const double sign = objective.mode == "min" ? 1 : -1;
  const auto key = [sign](const RankedGroup& group) {
    const double mean = group.summary ? Rounded(group.summary->mean) : 0;
    return std::make_tuple(-group.budget, group.dropped, group.diverged + group.never > 0,
                           !group.summary, sign * mean, group.group_id);
  };
  std::stable_sort(groups.begin(), groups.end(),
                   [&key](const RankedGroup& a, const RankedGroup& b) { return key(a) < key(b); });
  for (size_t i = 0; i < groups.size(); ++i) groups[i].place = static_cast<int64_t>(i) + 1;
}

}  // namespace lrsweep
