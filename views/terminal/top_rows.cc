#include "views/terminal/top_rows.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "analysis/lr_finder.h"
#include "analysis/statistics/pareto.h"

namespace lrsweep {
namespace {

Cell ToCell(const std::optional<double>& number) { return number ? Cell(*number) : Cell(); }

/// Indices of the rows that no other beats in both metrics.
std::vector<size_t> Front(const NamedRows& rows, const std::vector<std::string>& metrics) {
  std::vector<Tradeoff> points(rows.size());
  const auto take = [&](const std::string& metric, std::optional<double> Tradeoff::*part) {
    const double sign = rows.ObjectiveOf(metric).mode == "min" ? 1 : -1;
    for (size_t row = 0; row < points.size(); ++row) {
      const Cell cell = rows.At(row, metric);
      if (const auto* real = std::get_if<double>(&cell)) points[row].*part = sign * *real;
    }
  };
  take(metrics[0], &Tradeoff::first);
  take(metrics[1], &Tradeoff::second);
  return ParetoFront(points);
}

std::vector<ShownColumn> Untitled(const std::vector<std::string>& names) {
  std::vector<ShownColumn> columns;
  columns.reserve(names.size());
  for (const std::string& name : names) columns.push_back({name, name});
  return columns;
}

/// The front's two metrics behind the place, in the place of a column with the same title.
void PutInFront(const std::vector<std::string>& front, std::vector<ShownColumn>& columns) {
  std::erase_if(columns, [&front](const ShownColumn& column) {
    return std::find(front.begin(), front.end(), column.title) != front.end();
  });
  const std::vector<ShownColumn> added = Untitled(front);
  columns.insert(columns.begin() + 1, added.begin(), added.end());
}

/// Chooses rows and columns as the options say.
TopRows Chosen(NamedRows rows, std::vector<ShownColumn> columns, const TopOptions& options) {
  if (!options.where.empty()) rows.Keep(rows.Where(options.where));
  std::vector<std::string> asked;
  if (!options.pareto.empty()) {
    asked = ParetoMetrics(options.pareto);
    rows.Keep(Front(rows, asked));
    PutInFront(asked, columns);
  }
  const size_t found = rows.size();
  if (options.limit > 0) rows.KeepFirst(options.limit);

  if (!options.columns.empty()) {
    asked.clear();
    for (const std::string& name : options.columns) asked.push_back(rows.Column(name));
    columns = Untitled(asked);
  }
  const size_t more = found - rows.size();
  return {std::move(rows), std::move(columns), std::move(asked), more};
}

NamedRow ToRow(const RankedGroup& group, const Objective& objective) {
  const std::optional<Summary>& summary = group.summary;
  const auto interval = summary ? summary->interval95 : std::nullopt;
  NamedRow row;
  row.fixed = {group.place,
               group.group_id,
               group.scheduler,
               group.label,
               summary ? summary->n : int64_t{0},
               summary ? Cell(summary->mean) : Cell(),
               summary ? ToCell(summary->sd) : Cell(),
               interval ? Cell(interval->low) : Cell(),
               interval ? Cell(interval->high) : Cell(),
               ToCell(group.Best(objective)),
               ToCell(group.Worst(objective)),
               group.diverged,
               group.never,
               group.unfinished};
  row.params = group.params;
  row.diverged = group.diverged > 0;
  row.without_value = group.diverged + group.never;
  for (const Repetition& one : group.repetitions) {
    if (IsRanked(one.state, one.diverged)) row.trial_ids.push_back(one.trial_id);
  }
  return row;
}

}  // namespace

Json RowJson(const Store& store, const RankedTrial& row) {
  Json json = {{"place", row.placed.place}, {"value", OrNull(row.placed.value)}};
  json.update(ToJson(row.trial));
  if (IsRangeTest(row.trial)) json["range_test"] = ToJson(RangeTestOf(store, row.trial));
  return json;
}

Json RowJson(const RankedGroup& group, const Objective& objective) {
  const std::optional<Summary>& summary = group.summary;
  const auto interval = summary ? summary->interval95 : std::nullopt;
  Json params = Json::parse(group.params_json, nullptr, false);
  if (params.is_object() && params.contains("training")) params["training"].erase("seed");
  Json trials = Json::array();
  for (const Repetition& one : group.repetitions) {
    trials.push_back({{"trial_id", one.trial_id},
                      {"seed", one.seed},
                      {"state", one.state},
                      {"value", OrNull(one.value)}});
  }
  return {{"place", group.place},
          {"group_id", group.group_id},
          {"scheduler", group.scheduler},
          {"label", group.label},
          {"n", summary ? summary->n : 0},
          {"mean", summary ? Json(summary->mean) : Json(nullptr)},
          {"sd", summary ? OrNull(summary->sd) : Json(nullptr)},
          {"low", LowOf(interval)},
          {"high", HighOf(interval)},
          {"best", OrNull(group.Best(objective))},
          {"worst", OrNull(group.Worst(objective))},
          {"diverged", group.diverged},
          {"never", group.never},
          {"unfinished", group.unfinished},
          {"params", std::move(params)},
          {"trials", std::move(trials)}};
}

std::vector<std::string> ParetoMetrics(const std::string& text) {
  const std::vector<std::string> parts = SplitExpressions(text);
  if (parts.size() != 2) {
    throw std::invalid_argument(
        "--pareto takes two metrics, such as val_accuracy,epochs_to(val_accuracy, 0.975); '" +
        text + "' has " + std::to_string(parts.size()));
  }
  std::vector<std::string> metrics;
  metrics.reserve(parts.size());
  for (const std::string& part : parts) metrics.push_back(ToText(ParseMetric(part)));
  if (metrics[0] == metrics[1]) throw std::invalid_argument("--pareto takes two different metrics");
  return metrics;
}

TopRows TrialRows(const Store& store, const RankedSweep& ranked, const TopOptions& options) {
  std::vector<NamedRow> rows;
  for (const RankedTrial& one : ranked.First()) {
    const TrialRow& trial = one.trial;
    FlatParams params = FlatText(trial.params_json);
    std::string label = ranked.Labels().Of(trial.scheduler, params);
    rows.push_back({{one.placed.place, trial.trial_id, ToCell(one.placed.value), trial.epochs_done,
                     trial.state, trial.scheduler, std::move(label), trial.group_id, trial.seed,
                     int64_t{trial.diverged}, trial.wall_seconds},
                    std::move(params),
                    {trial.trial_id},
                    trial.diverged,
                    int64_t{!one.placed.value}});
  }
  NamedRows named(store, ranked.By(),
                  {"place", "trial_id", "value", "epochs", "state", "scheduler", "parameters",
                   "group_id", "seed", "diverged", "wall_seconds"},
                  "value", std::move(rows));
  std::vector<ShownColumn> usual =
      Untitled({"place", "trial_id", "value", "epochs", "state", "scheduler", "parameters"});
  usual[2].title = ranked.By().metric;
  return Chosen(std::move(named), std::move(usual), options);
}

TopRows GroupRows(const Store& store, const std::vector<RankedGroup>& groups,
                  const Objective& objective, const TopOptions& options) {
  std::vector<NamedRow> rows;
  int64_t diverged = 0;
  int64_t never = 0;
  int64_t unfinished = 0;
  for (const RankedGroup& group : groups) {
    rows.push_back(ToRow(group, objective));
    diverged += group.diverged;
    never += group.never;
    unfinished += group.unfinished;
  }
  NamedRows named(store, objective,
                  {"place", "group_id", "scheduler", "parameters", "n", "mean", "sd", "low", "high",
                   "best", "worst", "diverged", "never", "unfinished"},
                  "mean", std::move(rows), {kSeedPath});
  std::vector<std::string> usual = {"place", "mean", "sd", "low", "high", "best", "worst", "n"};
  if (diverged > 0) usual.emplace_back("diverged");
  if (never > 0) usual.emplace_back("never");
  if (unfinished > 0) usual.emplace_back("unfinished");
  usual.insert(usual.end(), {"scheduler", "parameters"});
  return Chosen(std::move(named), Untitled(usual), options);
}

}  // namespace lrsweep
