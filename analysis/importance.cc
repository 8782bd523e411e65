#include "analysis/importance.h"

#include <map>
#include <set>
#include <utility>

namespace lrsweep {
namespace {

/// By scheduler, the paths that have several values among its groups. (A parameter that the
/// schedule overrides is stored with one value, so it is not among them.)
std::map<std::string, std::set<std::string>> VaryingPaths(const std::vector<RankedGroup>& groups) {
  TrialLabels labels;
  for (const RankedGroup& group : groups) labels.Add(group.scheduler, group.params);
  std::map<std::string, std::set<std::string>> varying;
  for (const LabelPath& row : labels.Paths()) {
    if (row.varies) varying[row.scheduler].insert(row.path);
  }
  return varying;
}

std::vector<GridPoint> PointsOf(const std::vector<RankedGroup>& groups, const TrialLabels& labels) {
  auto varying = VaryingPaths(groups);
  std::vector<GridPoint> points;
  for (const RankedGroup& group : groups) {
    std::map<std::string, std::string> named;
    for (const std::string& path : varying[group.scheduler]) {
      const auto value = group.params.find(path);
      if (value != group.params.end()) named.emplace(labels.ShortName(path), value->second);
    }
    for (const Repetition& one : group.repetitions) {
      if (!one.value) continue;
      points.push_back({group.scheduler, {named.begin(), named.end()}, *one.value});
    }
  }
  return points;
}

}  // namespace

WhatMatters ExplainGroups(const std::vector<RankedGroup>& ranked, const Store& store,
                          const Objective& objective) {
  WhatMatters matters{.objective = objective};
  const std::vector<RankedGroup> groups = OfFullestBudget(store, objective, ranked);
  if (!groups.empty()) matters.budget = groups.front().budget;
  for (const RankedGroup& group : groups) {
    matters.left_out += group.diverged + group.never;
    matters.repeated |= group.summary && group.summary->n > 1;
  }
  const std::vector<GridPoint> points = PointsOf(groups, store.Labels());
  if (points.size() < 2) return matters;
  matters.importance = ExplainVariance(points);
  const MetricTable metrics = store.Metrics();
  for (ParameterImportance& parameter : matters.importance->parameters) {
    for (LevelEffect& level : parameter.levels) {
      CutInterval(level.summary, objective.metric, metrics);
    }
  }
  return matters;
}

}  // namespace lrsweep
