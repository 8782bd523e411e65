#include "views/terminal/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "analysis/groups.h"
#include "analysis/reported_epochs.h"
#include "analysis/statistics/summary.h"
#include "params/text.h"
#include "results/stored_params.h"
#include "results/trial_labels.h"
#include "views/json_rows.h"
#include "views/metric_text.h"
#include "views/terminal/compare_sweeps.h"
#include "views/terminal/table.h"
#include "views/terminal/trial_curves.h"
#include "views/verdict_text.h"

namespace lrsweep {
namespace {

using Align = Table::Align;
using Items = std::vector<SelectedItem>;

std::string LetterOf(const SelectedItem& item) { return {item.letter}; }

/// By path, each item's value where these are not all the same; none for an item without it.
using Differing = std::map<std::string, std::vector<std::optional<std::string>>>;

Differing DifferingParams(const Items& items) {
  std::vector<FlatParams> all;
  std::set<std::string> paths;
  for (const SelectedItem& item : items) {
    all.push_back(item.Params());
    for (const auto& [path, value] : all.back()) paths.insert(path);
  }
  Differing differing;
  for (const std::string& path : paths) {
    std::vector<std::optional<std::string>> values;
    for (const FlatParams& params : all) {
      const auto found = params.find(path);
      values.push_back(found == params.end() ? std::nullopt : std::optional(found->second));
    }
    const bool same = std::all_of(values.begin(), values.end(),
                                  [&values](const auto& value) { return value == values[0]; });
    if (!same) differing.emplace(path, std::move(values));
  }
  return differing;
}

/// The recorded curves of an item, read once.
struct Recorded {
  explicit Recorded(const SelectedItem& item) {
    for (const TrialRow& trial : item.trials) {
      epochs.push_back(ReportedEpochs(item.of->store, item.of->sweep, trial));
    }
    steps = item.of->store.Steps(item.trials.front().trial_id);
  }
  std::vector<std::vector<EpochRow>> epochs;  // of each trial
  std::vector<StepRow> steps;                 // of the first trial
};

std::vector<Recorded> ReadAll(const Items& items) { return {items.begin(), items.end()}; }

/// One number for each item: for a group the mean of its trials, none where a trial has none.
struct ValueRow {
  std::string name;
  std::vector<std::optional<double>> values;
};

std::optional<double> MeanOver(
    const std::vector<std::vector<EpochRow>>& trials,
    const std::function<std::optional<double>(const std::vector<EpochRow>&)>& of_trial) {
  std::vector<double> values;
  for (const std::vector<EpochRow>& epochs : trials) {
    const auto value = epochs.empty() ? std::nullopt : of_trial(epochs);
    if (!value || !std::isfinite(*value)) return std::nullopt;
    values.push_back(*value);
  }
  return Summarize(values).mean;
}

std::optional<double> BestOf(const std::vector<EpochRow>& epochs, const MetricInfo& metric) {
  const bool more = metric.better == Better::kMore;
  std::optional<double> best;
  for (const EpochRow& epoch : epochs) {
    const double value = MetricOrNan(epoch.metrics, metric.name);
    if (!std::isfinite(value)) continue;
    if (!best || (more ? value > *best : value < *best)) best = value;
  }
  return best;
}

/// The metrics of all the items' sweeps, those of the first one in front.
MetricTable MetricsOf(const Items& items) {
  MetricTable all;
  for (const SelectedItem& item : items) {
    for (MetricInfo& metric : InOrderOfInterest(item.of->store.Metrics(), item.of->sweep)) {
      if (FindMetric(all, metric.name) == nullptr) all.push_back(std::move(metric));
    }
  }
  return all;
}

/// The metric of which the best value is shown beside the last: of the built-in model its accuracy,
/// of a user's program the one that ranks. Null where better values are not known.
const MetricInfo* MetricWithBest(const Items& items, const MetricTable& metrics) {
  const SweepRecord& sweep = items.front().of->sweep;
  const MetricInfo* metric =
      FindMetric(metrics, sweep.IsOfProgram() ? ParseKnownMetric(sweep.objective.metric).recorded
                                              : kValAccuracy);
  return metric == nullptr || metric->better == Better::kUnknown ? nullptr : metric;
}

std::vector<ValueRow> ValueRows(const Items& items, const std::vector<Recorded>& recorded) {
  const MetricTable metrics = MetricsOf(items);
  std::vector<ValueRow> rows;
  const auto add = [&](const std::string& name, const auto& of_trial) {
    ValueRow row{name, {}};
    for (const Recorded& one : recorded) row.values.push_back(MeanOver(one.epochs, of_trial));
    rows.push_back(std::move(row));
  };
  for (const MetricInfo& metric : metrics) {
    add(metric.name, [&metric](const std::vector<EpochRow>& epochs) {
      return std::optional(LastReported(epochs, metric.name));
    });
  }
  if (const MetricInfo* metric = MetricWithBest(items, metrics)) {
    add("best " + metric->name,
        [metric](const std::vector<EpochRow>& epochs) { return BestOf(epochs, *metric); });
  }
  add("epochs", [](const std::vector<EpochRow>& epochs) {
    return std::optional(static_cast<double>(epochs.back().epoch));
  });
  add("wall_seconds", [](const std::vector<EpochRow>& epochs) {
    double seconds = 0;
    for (const EpochRow& epoch : epochs) seconds += epoch.wall_seconds;
    return std::optional(seconds);
  });
  return rows;
}

std::string NumberOf(const ValueRow& row, double number, bool is_signed) {
  std::string text = row.name == "epochs"         ? fmt::format("{:.0f}", number)
                     : row.name == "wall_seconds" ? fmt::format("{:.2f}", number)
                                                  : NumberText(row.name, number);
  return is_signed && !std::signbit(number) ? '+' + text : text;
}

/// A table of the items, with their letters.
std::string ItemsText(const Items& items, const Style& style) {
  Table table({{""}, {"id"}, {"scheduler"}, {"database"}, {""}});
  for (const SelectedItem& item : items) {
    const TrialRow& trial = item.trials.front();
    std::string what = item.is_group ? "group, " + Counted(item.trials.size(), "seed") + ": means"
                                     : fmt::format("seed {}, {}", trial.seed, trial.state);
    if (!item.is_group && trial.diverged) what += ", diverged";
    table.AddRow({LetterOf(item), item.Id(), trial.scheduler, item.of->db, what},
                 trial.diverged || trial.state == "failed" ? Tone::kBad : Tone::kPlain);
  }
  return table.Text(style);
}

/// Warns where numbers of different databases are not comparable.
std::string CautionText(const Items& items, const Style& style) {
  const SweepRecord& first = items.front().of->sweep;
  for (const SelectedItem& item : items) {
    if (item.of->sweep.IsOfProgram() != first.IsOfProgram()) {
      return style.Paint(Tone::kBad,
                         "Some are of the built-in model, others of a user's program.") +
             "\n";
    }
    if (item.of->sweep.dataset_sha256 != first.dataset_sha256) {
      return style.Paint(Tone::kBad, "They were trained on different data.") + "\n";
    }
    if (item.trials.front().budget != items.front().trials.front().budget) {
      return style.Paint(
                 Tone::kBad,
                 "Their budgets differ: a value after fewer epochs says nothing of one after "
                 "more.") +
             "\n";
    }
  }
  return "";
}

std::string ParametersText(const Items& items, const Style& style) {
  const Differing differing = DifferingParams(items);
  if (differing.empty()) return "\nAll parameters are the same.\n";
  std::vector<Table::Column> columns = {{"parameters that differ"}};
  for (const SelectedItem& item : items) columns.push_back({LetterOf(item)});
  Table table(columns);
  for (const auto& [path, values] : differing) {
    std::vector<std::string> cells = {path};
    for (const auto& value : values) cells.push_back(value.value_or("-"));
    table.AddRow(std::move(cells));
  }
  return '\n' + table.Text(style);
}

std::string ValuesText(const Items& items, const std::vector<Recorded>& recorded,
                       const Style& style) {
  std::vector<Table::Column> columns = {{"after the last epoch"}};
  for (size_t i = 0; i < items.size(); ++i) {
    columns.push_back({LetterOf(items[i]), Align::kRight});
    if (i > 0) columns.push_back({LetterOf(items[i]) + " - A", Align::kRight});
  }
  Table table(columns);
  for (const ValueRow& row : ValueRows(items, recorded)) {
    std::vector<std::string> cells = {row.name};
    for (size_t i = 0; i < items.size(); ++i) {
      cells.push_back(row.values[i] ? NumberOf(row, *row.values[i], false) : "nan");
      if (i == 0) continue;
      const bool both = row.values[0] && row.values[i];
      cells.push_back(both ? NumberOf(row, *row.values[i] - *row.values[0], true) : "");
    }
    table.AddRow(std::move(cells));
  }
  return '\n' + table.Text(style);
}

std::string CurvesText(const Items& items, const std::vector<Recorded>& recorded,
                       const Style& style) {
  std::vector<Plot> plots;
  const auto add = [&](const std::string& title, bool log_axis, const auto& curve_of) {
    Plot plot{.title = title, .log_axis = log_axis, .rows = 12};
    for (size_t i = 0; i < items.size(); ++i) {
      PlotCurve curve = curve_of(recorded[i]);
      curve.letter = items[i].letter;
      plot.curves.push_back(std::move(curve));
    }
    plots.push_back(std::move(plot));
  };
  const MetricTable metrics = MetricsOf(items);
  for (const MetricInfo& metric : FirstToDraw(metrics)) {
    add(metric.name, metric.better == Better::kLess, [&metric](const Recorded& one) {
      std::vector<PlotCurve> curves;
      for (const auto& epochs : one.epochs) curves.push_back(EpochCurve(epochs, metric.name));
      return MeanCurve(curves);
    });
  }
  add("lr", false, [](const Recorded& one) {
    return one.steps.empty() ? EpochRateCurve(one.epochs.front())
                             : RateCurve(one.steps, one.epochs.front());
  });
  return DrawPlots(plots, style) + NotDrawn(metrics);
}

/// The distinct groups of the items, named by the items' letters, in order of place; without those
/// of a sweep that does not know the metric.
std::vector<RankedGroup> GroupsOf(const Items& items, const Objective& objective) {
  std::vector<RankedGroup> groups;
  const std::string recorded = ParseKnownMetric(objective.metric).recorded;
  std::set<std::pair<const NamedSweep*, std::string>> seen;
  for (const SelectedItem& item : items) {
    if (FindMetric(item.of->store.Metrics(), recorded) == nullptr) continue;
    const std::string& group_id = item.trials.front().group_id;
    if (!seen.insert({item.of, group_id}).second) continue;
    std::optional<RankedGroup> group = FindGroup(item.of->store, group_id, objective);
    if (!group) continue;
    group->scheduler = item.is_group ? LetterOf(item) : LetterOf(item) + "'s group";
    group->label.clear();
    groups.push_back(std::move(*group));
  }
  PlaceGroups(groups, objective);
  return groups;
}

std::optional<Verdict> VerdictOf(const Items& items) {
  const Objective& objective = items.front().of->sweep.objective;
  const std::vector<RankedGroup> groups = GroupsOf(items, objective);
  if (groups.size() < 2) return std::nullopt;
  return Judge(groups, objective, items.front().of->store.Metrics());
}

std::string BySeedText(const Items& items, const Style& style) {
  const std::optional<Verdict> verdict = VerdictOf(items);
  if (!verdict) return "";
  const std::vector<std::string> sentences = Sentences(*verdict);
  if (sentences.empty()) return "";
  std::string text =
      '\n' +
      style.Paint(Tone::kHeading, fmt::format("seed by seed, {}", Describe(verdict->objective))) +
      '\n';
  for (const std::string& sentence : sentences) text += sentence + '\n';
  return text;
}

}  // namespace

std::string CompareText(const Selection& selection, const Style& style) {
  if (selection.items.empty()) {
    return CompareSweepsText(*selection.sweeps[0], *selection.sweeps[1], style);
  }
  const Items& items = selection.items;
  const std::vector<Recorded> recorded = ReadAll(items);
  return ItemsText(items, style) + CautionText(items, style) + ParametersText(items, style) +
         ValuesText(items, recorded, style) + CurvesText(items, recorded, style) +
         BySeedText(items, style);
}

std::string CompareJson(const Selection& selection) {
  if (selection.items.empty()) return CompareSweepsJson(*selection.sweeps[0], *selection.sweeps[1]);
  Json items = Json::array();
  for (const SelectedItem& item : selection.items) {
    Json trials = Json::array();
    for (const TrialRow& trial : item.trials) trials.push_back(trial.trial_id);
    const TrialRow& first = item.trials.front();
    items.push_back({{"letter", LetterOf(item)},
                     {"db", item.of->db},
                     {"trial_id", item.is_group ? Json(nullptr) : Json(first.trial_id)},
                     {"group_id", first.group_id},
                     {"trials", std::move(trials)},
                     {"params", PrintedJson(StoredParams(first.params_json))}});
  }
  Json differing = Json::object();
  for (const auto& [path, values] : DifferingParams(selection.items)) {
    Json array = Json::array();
    for (const auto& value : values) array.push_back(OrNull(value));
    differing[path] = std::move(array);
  }
  Json rows = Json::array();
  for (const ValueRow& row : ValueRows(selection.items, ReadAll(selection.items))) {
    Json values = Json::array();
    Json differences = Json::array();
    for (const auto& value : row.values) {
      values.push_back(OrNull(value));
      const bool both = value && row.values[0];
      differences.push_back(both ? Json(*value - *row.values[0]) : Json(nullptr));
    }
    rows.push_back({{"name", row.name},
                    {"values", std::move(values)},
                    {"differences", std::move(differences)}});
  }
  const std::optional<Verdict> verdict = VerdictOf(selection.items);
  return Print({{"items", std::move(items)},
                {"differing", std::move(differing)},
                {"values", std::move(rows)},
                {"by_seed", verdict ? ToJson(*verdict) : Json(nullptr)}});
}

}  // namespace lrsweep
