#include "views/terminal/top_rows.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "analysis/lr_finder.h"
#include "analysis/statistics/pareto.h"
#include "results/stored_params.h"

namespace lrsweep {
namespace {

constexpr const char* kBudget = "budget";

/// Indices of the rows that no other beats in both metrics.
std::vector<size_t> Front(const NamedRows& rows, const std::vector<std::string>& metrics) {
  std::vector<Tradeoff> points(rows.size());
  const auto take = [&](const std::string& metric, std::optional<double> Tradeoff::*part) {
    const double sign = rows.ObjectiveOf(metric).mode == "min" ? 1 : -1;
    for (size_t row = 0; row < points.size(); ++row) {
      const Cell cell = rows.At(row, rows.ColumnOf(metric));
      if (const auto* real = std::get_if<double>(&cell)) points[row].*part = sign * *real;
    }
  };
  take(metrics[0], &Tradeoff::first);
  take(metrics[1], &Tradeoff::second);
  return ParetoFront(points);
}

/// Indices of the rows of the first one's budget: others do not compete with it.
std::vector<size_t> OfFirstBudget(const NamedRows& rows) {
  std::vector<size_t> kept;
  for (size_t row = 0; row < rows.size(); ++row) {
    if (rows.At(row, kBudget) == rows.At(0, kBudget)) kept.push_back(row);
  }
  return kept;
}

std::vector<ShownColumn> Untitled(const std::vector<std::string>& names) {
  std::vector<ShownColumn> columns;
  columns.reserve(names.size());
  for (const std::string& name : names) columns.push_back({name, name});
  return columns;
}

/// Puts the front's two metrics after the place, instead of columns with the same titles.
void PutInFront(const std::vector<std::string>& front, std::vector<ShownColumn>& columns) {
  std::erase_if(columns, [&front](const ShownColumn& column) {
    return std::find(front.begin(), front.end(), column.title) != front.end();
  });
  const std::vector<ShownColumn> added = Untitled(front);
  columns.insert(columns.begin() + 1, added.begin(), added.end());
}

/// Titles the column kTestValue; removes it where no row has a value.
void NameTestValue(const NamedRows& rows, std::vector<ShownColumn>& columns) {
  if (!rows.HasTestValue()) {
    std::erase_if(columns, [](const ShownColumn& column) { return column.name == kTestValue; });
    return;
  }
  for (ShownColumn& column : columns) {
    if (column.name == kTestValue) column.title = *rows.TestMetric();
  }
}

/// Filters rows and selects columns by the options.
TopRows Chosen(NamedRows rows, std::vector<ShownColumn> columns, const TopOptions& options,
               bool has_budgets) {
  if (!options.where.empty()) rows.Keep(rows.Where(options.where));
  std::vector<std::string> asked;
  if (!options.pareto.empty()) {
    asked = ParetoMetrics(options.pareto, rows.Metrics());
    if (has_budgets) rows.Keep(OfFirstBudget(rows));
    rows.Keep(Front(rows, asked));
    for (std::string& metric : asked) metric = rows.ColumnOf(metric);
    PutInFront(asked, columns);
  }
  const size_t found = rows.size();
  if (options.limit > 0) rows.KeepFirst(options.limit);

  if (options.columns.empty()) {
    NameTestValue(rows, columns);
  } else {
    asked.clear();
    for (const std::string& name : options.columns) asked.push_back(rows.Column(name));
    columns = Untitled(asked);
  }
  const size_t more = found - rows.size();
  return {std::move(rows), std::move(columns), std::move(asked), more};
}

/// A trial with its parameters, which are read once.
struct FlatTrial {
  explicit FlatTrial(const RankedRow& one)
      : placed(one.ranked), trial(one.trial), params(FlatText(one.trial.params_json)) {}

  const RankedTrial& placed;
  const TrialRow& trial;
  FlatParams params;
};

/// The fixed columns of a trial's row. `labels` must live as long.
Columns<FlatTrial> TrialColumns(const TrialLabels& labels) {
  using Row = FlatTrial;
  return {{"place", [](const Row& row) { return row.placed.place; }},
          {"trial_id", [](const Row& row) { return row.trial.trial_id; }},
          {"value", [](const Row& row) { return OrNull(row.placed.value); }},
          {"epochs", [](const Row& row) { return row.trial.epochs_done; }},
          {"state", [](const Row& row) { return row.trial.state; }},
          {"scheduler", [](const Row& row) { return row.trial.scheduler; }},
          {"parameters",
           [&labels](const Row& row) { return labels.Of(row.trial.scheduler, row.params); }},
          {"group_id", [](const Row& row) { return row.trial.group_id; }},
          {"seed", [](const Row& row) { return row.trial.seed; }},
          {"diverged", [](const Row& row) { return row.trial.diverged; }},
          {"wall_seconds", [](const Row& row) { return row.trial.wall_seconds; }}};
}

template <typename Row>
std::vector<Cell> FixedCells(const Row& row, const Columns<Row>& columns) {
  std::vector<Cell> cells;
  cells.reserve(columns.size());
  for (const Column<Row>& column : columns) cells.push_back(ToCell(column.cell(row)));
  return cells;
}

NamedRow ToRow(const RankedGroup& group, const Columns<RankedGroup>& columns) {
  NamedRow row;
  row.fixed = FixedCells(group, columns);
  row.params = group.params;
  row.diverged = group.diverged > 0;
  row.without_value = group.diverged + group.never;
  for (const Repetition& one : group.repetitions) {
    if (IsRanked(one.state, one.diverged, one.was_pruned)) row.trial_ids.push_back(one.trial_id);
  }
  return row;
}

NamedRow ToRow(const RankedRow& one, const Columns<FlatTrial>& columns) {
  FlatTrial flat(one);
  NamedRow row;
  row.fixed = FixedCells(flat, columns);
  row.params = std::move(flat.params);
  row.trial_ids = {one.trial.trial_id};
  row.diverged = one.trial.diverged;
  row.without_value = one.ranked.value ? 0 : 1;
  return row;
}

}  // namespace

Json RowJson(const Store& store, const RankedRow& row) {
  Json json = {{"place", row.ranked.place}, {"value", OrNull(row.ranked.value)}};
  json.update(ToJson(row.trial));
  if (IsRangeTest(row.trial)) json["range_test"] = ToJson(RangeTestOf(store, row.trial));
  return json;
}

Json RowJson(const RankedGroup& group, const Objective& objective) {
  Map params = StoredParams(group.params_json);
  EraseAt(params, kSeedPath);
  Json trials = Json::array();
  for (const Repetition& one : group.repetitions) {
    trials.push_back({{"trial_id", one.trial_id},
                      {"seed", one.seed},
                      {"state", one.state},
                      {"value", OrNull(one.value)}});
  }
  Json json = ObjectOf(group, GroupTable(objective));
  json["params"] = PrintedJson(params);
  json["trials"] = std::move(trials);
  return json;
}

std::vector<std::string> ParetoMetrics(const std::string& text, const MetricTable& table) {
  const std::vector<std::string> parts = SplitExpressions(text);
  if (parts.size() != 2) {
    throw std::invalid_argument(
        "--pareto takes two metrics, such as METRIC,epochs_to(METRIC, THRESHOLD); '" + text +
        "' has " + std::to_string(parts.size()));
  }
  std::vector<std::string> metrics;
  metrics.reserve(parts.size());
  for (const std::string& part : parts) {
    metrics.push_back(ToText(ParseMetric(part, table)));
    NaturalMode(metrics.back(), table);  // throws where no front can be told
  }
  if (metrics[0] == metrics[1]) throw std::invalid_argument("--pareto takes two different metrics");
  return metrics;
}

TopRows TrialRows(const Store& store, const RankedSweep& ranked, const TopOptions& options) {
  Columns<FlatTrial> columns = TrialColumns(ranked.Labels());
  const bool has_budgets = !ranked.First().empty() && ranked.First().front().trial.budget;
  if (has_budgets) {
    columns.push_back({kBudget, [](const FlatTrial& row) { return OrNull(row.trial.budget); }});
  }
  std::vector<NamedRow> rows;
  for (const RankedRow& one : ranked.First()) rows.push_back(ToRow(one, columns));
  NamedRows named(store, ranked.By(), AllNames(columns), "value", std::move(rows));
  std::vector<ShownColumn> usual = Untitled(
      {"place", "trial_id", "value", kTestValue, "epochs", "state", "scheduler", "parameters"});
  usual[2].title = ranked.By().metric;
  return Chosen(std::move(named), std::move(usual), options, has_budgets);
}

TopRows GroupRows(const Store& store, const std::vector<RankedGroup>& groups,
                  const Objective& objective, const TopOptions& options) {
  Columns<RankedGroup> columns = GroupTable(objective);
  for (Column<RankedGroup>& column : columns) {
    if (column.name == "label") column.name = "parameters";
  }
  const bool has_budgets = !groups.empty() && groups.front().budget > 0;
  if (!has_budgets) std::erase_if(columns, [](const auto& one) { return one.name == kBudget; });
  std::vector<NamedRow> rows;
  int64_t diverged = 0;
  int64_t never = 0;
  int64_t unfinished = 0;
  for (const RankedGroup& group : groups) {
    rows.push_back(ToRow(group, columns));
    diverged += group.diverged;
    never += group.never;
    unfinished += group.unfinished;
  }
  NamedRows named(store, objective, AllNames(columns), "mean", std::move(rows), {kSeedPath});
  std::vector<std::string> usual = {"place", "mean",  "sd",       "low", "high",
                                    "best",  "worst", kTestValue, "n"};
  if (has_budgets) usual.insert(usual.begin() + 1, kBudget);
  if (diverged > 0) usual.emplace_back("diverged");
  if (never > 0) usual.emplace_back("never");
  if (unfinished > 0) usual.emplace_back("unfinished");
  usual.insert(usual.end(), {"scheduler", "parameters"});
  return Chosen(std::move(named), Untitled(usual), options, has_budgets);
}

}  // namespace lrsweep
