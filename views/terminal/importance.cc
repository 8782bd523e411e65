#include "views/terminal/importance.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "params/text.h"
#include "views/metric_text.h"
#include "views/terminal/table.h"

namespace lrsweep {
namespace {

/// The paths that have several values among the groups of a scheduler. What a schedule overrides
/// has one value there, whatever the others try.
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

constexpr double kLeastShare = 0.005;  // that is not "under 1%"
constexpr size_t kTooMany = 4;         // under 1%, to be named one by one

/// "22%", "under 1%".
std::string ShareText(double share) {
  return share < kLeastShare ? "under 1%" : fmt::format("{:.0f}%", 100 * share);
}

std::string NameOf(const ParameterImportance& parameter) {
  if (parameter.within.empty()) return parameter.name;
  return parameter.name + " of " + parameter.within;
}

/// "type 61%, max_lr 22%, "; where many are under 1%, only their number.
std::string SharesText(const std::vector<ParameterImportance>& parameters) {
  const auto small = std::find_if(parameters.begin(), parameters.end(),
                                  [](const auto& one) { return one.share < kLeastShare; });
  const auto others = static_cast<size_t>(parameters.end() - small);
  std::string text;
  for (auto one = parameters.begin(); one != (others < kTooMany ? parameters.end() : small);
       ++one) {
    text += fmt::format("{} {}, ", NameOf(*one), ShareText(one->share));
  }
  if (others >= kTooMany) text += fmt::format("{} others under 1% each, ", others);
  return text;
}

}  // namespace

WhatMatters ExplainGroups(const std::vector<RankedGroup>& groups, const TrialLabels& labels,
                          const Objective& objective) {
  WhatMatters matters{.objective = objective};
  for (const RankedGroup& group : groups) {
    matters.left_out += group.diverged + group.never;
    matters.repeated |= group.summary && group.summary->n > 1;
  }
  const std::vector<GridPoint> points = PointsOf(groups, labels);
  if (points.size() > 1) matters.importance = ExplainVariance(points);
  return matters;
}

std::string ImportanceText(const WhatMatters& matters) {
  if (!matters.importance || matters.importance->parameters.empty()) return "";
  const Importance& importance = *matters.importance;
  std::string text = "What matters: ";
  if (importance.variance == 0) {
    text += "nothing, all values are the same";
  } else {
    text += SharesText(importance.parameters);
    if (importance.interactions >= kLeastShare) {
      text += fmt::format("their interplay {}, ", ShareText(importance.interactions));
    }
    if (importance.repetitions > 0) {
      text += fmt::format("luck (seeds) {}, ", ShareText(importance.repetitions));
    }
    text.resize(text.size() - 2);
    text += fmt::format(" of the variance of {}", matters.objective.metric);
    if (!matters.repeated) text += "; luck is in these shares, since no trial was repeated";
  }
  if (!importance.complete) {
    text += fmt::format("; roughly, since the grid is not complete: {}", importance.missing);
  }
  if (matters.left_out > 0) {
    text += fmt::format("; {} without a value left out", Counted(matters.left_out, "trial"));
  }
  return text + '\n';
}

std::string EffectsTable(const WhatMatters& matters, const Style& style) {
  if (!matters.importance || matters.importance->parameters.empty()) return "";
  using Align = Table::Align;
  const std::string& metric = matters.objective.metric;
  Table table({{"parameter"},
               {"share", Align::kRight},
               {"value", Align::kRight},
               {"mean", Align::kRight},
               {"low", Align::kRight},
               {"high", Align::kRight},
               {"trials", Align::kRight}});
  for (const ParameterImportance& parameter : matters.importance->parameters) {
    std::string name = NameOf(parameter);
    std::string share = ShareText(parameter.share);
    for (const LevelEffect& level : parameter.levels) {
      const std::optional<Interval>& interval = level.summary.interval95;
      table.AddRow({std::exchange(name, ""), std::exchange(share, ""), level.value,
                    NumberText(metric, level.summary.mean),
                    interval ? NumberText(metric, interval->low) : "",
                    interval ? NumberText(metric, interval->high) : "",
                    std::to_string(level.summary.n)});
    }
  }
  return table.Text(style);
}

Json ToJson(const WhatMatters& matters) {
  if (!matters.importance) return nullptr;
  const Importance& importance = *matters.importance;
  Json parameters = Json::array();
  for (const ParameterImportance& parameter : importance.parameters) {
    Json values = Json::array();
    for (const LevelEffect& level : parameter.levels) {
      values.push_back({{"value", level.value},
                        {"n", level.summary.n},
                        {"mean", level.summary.mean},
                        {"low", LowOf(level.summary.interval95)},
                        {"high", HighOf(level.summary.interval95)}});
    }
    parameters.push_back(
        {{"name", parameter.name},
         {"within", parameter.within.empty() ? Json(nullptr) : Json(parameter.within)},
         {"share", parameter.share},
         {"values", std::move(values)}});
  }
  return {{"parameters", std::move(parameters)},
          {"interactions", importance.interactions},
          {"luck", importance.repetitions},
          {"complete", importance.complete},
          {"missing", importance.complete ? Json(nullptr) : Json(importance.missing)},
          {"left_out", matters.left_out}};
}

}  // namespace lrsweep
