#include "views/report/trial_columns.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "analysis/statistics/summary.h"
#include "views/report/distinct.h"

namespace lrsweep {
namespace {

std::optional<double> NumberOf(const std::string& text) {
  double number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = end.ec == std::errc() && end.ptr == text.data() + text.size();
  return whole && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

/// Numbers ascending, then texts.
bool Before(const std::string& a, const std::string& b) {
  const std::optional<double> x = NumberOf(a);
  const std::optional<double> y = NumberOf(b);
  if (x && y) return *x != *y ? *x < *y : a < b;
  return x || y ? x.has_value() : a < b;
}

std::vector<std::string> VaryingPaths(const ReportInput& input) {
  std::set<std::string> paths;
  for (const LabelPath& parameter : input.labels.Paths()) {
    if (parameter.varies) paths.insert(parameter.path);
  }
  // A parameter in which only the two sweeps differ is the same in all trials of either.
  std::map<std::string, std::string> first;
  for (const ReportTrial& trial : input.trials) {
    for (const auto& [path, text] : trial.params) {
      if (!path.starts_with("scheduler.") && first.emplace(path, text).first->second != text) {
        paths.insert(path);
      }
    }
  }
  return {paths.begin(), paths.end()};
}

Json AxisColumn(const ReportInput& input, const std::string& path, const std::string& name) {
  std::set<std::string> distinct;
  for (const ReportTrial& trial : input.trials) {
    if (const auto found = trial.params.find(path); found != trial.params.end()) {
      distinct.insert(found->second);
    }
  }
  std::vector<std::string> values(distinct.begin(), distinct.end());
  std::sort(values.begin(), values.end(), Before);
  std::map<std::string, int64_t> codes;
  for (const std::string& value : values) {
    codes.emplace(value, static_cast<int64_t>(codes.size()));
  }
  Json column = Json::array();
  for (const ReportTrial& trial : input.trials) {
    const auto found = trial.params.find(path);
    column.push_back(found == trial.params.end() ? -1 : codes.at(found->second));
  }
  const bool numbers = std::all_of(values.begin(), values.end(),
                                   [](const std::string& text) { return NumberOf(text); });
  return {{"path", path},
          {"name", name},
          {"values", std::move(values)},
          {"numbers", numbers},
          {"codes", std::move(column)}};
}

Json GroupJson(const RankedGroup& group) {
  Json json = {{"place", group.place},
               {"sound", group.IsSound()},
               {"diverged", group.diverged},
               {"never", group.never},
               {"n", 0}};
  if (!group.summary) return json;
  const Summary& summary = *group.summary;
  json["n"] = summary.n;
  json["mean"] = summary.mean;
  json["least"] = summary.least;
  json["greatest"] = summary.greatest;
  if (summary.sd) json["sd"] = *summary.sd;
  if (summary.interval95) {
    json["low"] = summary.interval95->low;
    json["high"] = summary.interval95->high;
  }
  return json;
}

}  // namespace

namespace {

/// 0 where no epoch is done.
Json StepsPerEpoch(const ReportTrial& trial) {
  if (trial.epochs.empty()) return 0;
  const EpochRow& first = trial.epochs.front();
  if (first.steps_done % first.epoch == 0) return first.steps_done / first.epoch;
  return static_cast<double>(first.steps_done) / static_cast<double>(first.epoch);
}

void AddPlaceInSearch(const TrialRow& row, Distinct& points, Json& columns) {
  columns["point"].push_back(row.point ? Json(points.Index(*row.point)) : Json());
  columns["budget"].push_back(OrNull(row.budget));
  columns["rung"].push_back(OrNull(row.rung));
  columns["bracket"].push_back(OrNull(row.bracket));
  columns["promoted"].push_back(row.promoted ? 1 : 0);
  columns["stopped_by"].push_back(OrNull(row.stopped_by));
}

}  // namespace

Json TrialColumns(const ReportInput& input) {
  Distinct schedulers;
  Distinct states;
  Json columns = {{"schedulers", nullptr}, {"states", nullptr}};
  Json errors = Json::object();
  Distinct points;
  const bool has_budgets = std::any_of(input.trials.begin(), input.trials.end(),
                                       [](const ReportTrial& trial) { return trial.row.budget; });
  for (size_t i = 0; i < input.trials.size(); ++i) {
    const ReportTrial& trial = input.trials[i];
    const TrialRow& row = trial.row;
    columns["id"].push_back(row.trial_id);
    columns["sweep"].push_back(trial.sweep);
    columns["group"].push_back(trial.group);
    columns["scheduler"].push_back(schedulers.Index(row.scheduler));
    columns["seed"].push_back(row.seed);
    columns["state"].push_back(states.Index(row.state));
    columns["place"].push_back(OrNull(trial.place));
    columns["value"].push_back(OrNull(trial.value));
    columns["test"].push_back(OrNull(trial.test_value));
    columns["epochs"].push_back(row.epochs_done);
    columns["steps"].push_back(StepsPerEpoch(trial));
    columns["seconds"].push_back(row.wall_seconds);
    columns["diverged"].push_back(row.diverged ? 1 : 0);
    if (has_budgets) AddPlaceInSearch(row, points, columns);
    if (row.error) errors[std::to_string(i)] = *row.error;
  }
  columns["schedulers"] = schedulers.All();
  columns["states"] = states.All();
  columns["errors"] = std::move(errors);
  return columns;
}

Json GroupColumns(const ReportInput& input) {
  std::map<std::pair<size_t, std::string>, const RankedGroup*> ranked;
  for (size_t sweep = 0; sweep < input.groups.size(); ++sweep) {
    for (const RankedGroup& group : input.groups[sweep]) ranked[{sweep, group.group_id}] = &group;
  }
  for (const auto& [sweep, budgets] : input.of_budgets) {
    for (const std::vector<RankedGroup>& groups : budgets) {
      for (const RankedGroup& group : groups) ranked[{sweep, group.group_id}] = &group;
    }
  }
  Json columns = Json::array();
  for (const ReportTrial& trial : input.trials) {
    if (trial.group != columns.size()) continue;  // not the first of its group
    const auto found = ranked.find({trial.sweep, trial.row.group_id});
    columns.push_back(found == ranked.end() ? Json() : GroupJson(*found->second));
  }
  return columns;
}

Json AxisColumns(const ReportInput& input) {
  Json axes = Json::array();
  for (const std::string& path : VaryingPaths(input)) {
    if (path == "scheduler.type") continue;  // the trials' scheduler
    axes.push_back(AxisColumn(input, path, input.labels.ShortName(path)));
  }
  return axes;
}

}  // namespace lrsweep
