#include "analysis/importance.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace lrsweep {
namespace {

// Of parameters that a sampler has drawn.
constexpr size_t kFewestSampled = 8;     // groups of a scheduler
constexpr size_t kGroupsOfInterval = 8;  // at least, up to kMostIntervals
constexpr size_t kMostIntervals = 4;

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

/// The numbers that all texts are, in ascending order with their texts; empty where one is none.
std::map<double, std::string> NumbersOf(const std::set<std::string>& texts) {
  std::map<double, std::string> numbers;
  for (const std::string& text : texts) {
    double number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest != end) return {};
    if (!numbers.emplace(number, text).second) return {};  // 1 and 1.0
  }
  return numbers;
}

/// By value of a parameter, the name of its interval: "0.01 to 0.08".
using Intervals = std::map<std::string, std::string>;

/// Cuts the numbers of so many groups into intervals of equally many of them.
Intervals IntervalsOf(const std::map<double, std::string>& numbers, size_t groups) {
  const size_t count = std::clamp<size_t>(groups / kGroupsOfInterval, 2, kMostIntervals);
  std::vector<std::string> texts;
  for (const auto& [number, text] : numbers) texts.push_back(text);
  Intervals intervals;
  for (size_t i = 0; i < count; ++i) {
    const size_t begin = i * texts.size() / count;
    const size_t end = (i + 1) * texts.size() / count;
    const std::string name = texts[begin] + " to " + texts[end - 1];
    for (size_t at = begin; at < end; ++at) intervals[texts[at]] = name;
  }
  return intervals;
}

/// The intervals of the parameters, by path, that a sampler has drawn for the groups of one
/// scheduler. Two of them or more have nearly as many values as there are groups: each would
/// explain all that happens.
std::map<std::string, Intervals> SampledIntervals(const std::vector<const RankedGroup*>& groups,
                                                  const std::set<std::string>& paths) {
  std::map<std::string, Intervals> sampled;
  if (groups.size() < kFewestSampled) return sampled;
  for (const std::string& path : paths) {
    std::set<std::string> texts;
    for (const RankedGroup* group : groups) {
      const auto value = group->params.find(path);
      if (value != group->params.end()) texts.insert(value->second);
    }
    const std::map<double, std::string> numbers = NumbersOf(texts);
    if (2 * numbers.size() > groups.size()) sampled[path] = IntervalsOf(numbers, groups.size());
  }
  if (sampled.size() < 2) sampled.clear();
  return sampled;
}

std::vector<GridPoint> PointsOf(const std::vector<RankedGroup>& groups, const TrialLabels& labels) {
  auto varying = VaryingPaths(groups);
  std::map<std::string, std::vector<const RankedGroup*>> by_scheduler;
  for (const RankedGroup& group : groups) by_scheduler[group.scheduler].push_back(&group);
  std::map<std::string, std::map<std::string, Intervals>> intervals;
  for (const auto& [scheduler, members] : by_scheduler) {
    intervals[scheduler] = SampledIntervals(members, varying[scheduler]);
  }
  std::vector<GridPoint> points;
  for (const RankedGroup& group : groups) {
    std::map<std::string, std::string> named;
    for (const std::string& path : varying[group.scheduler]) {
      const auto value = group.params.find(path);
      if (value == group.params.end()) continue;
      const auto sampled = intervals[group.scheduler].find(path);
      const bool is_sampled = sampled != intervals[group.scheduler].end();
      named.emplace(labels.ShortName(path),
                    is_sampled ? sampled->second.at(value->second) : value->second);
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
