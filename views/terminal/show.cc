#include "views/terminal/show.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/groups.h"
#include "analysis/lr_finder.h"
#include "analysis/reported_epochs.h"
#include "analysis/selection.h"
#include "analysis/statistics/summary.h"
#include "analysis/test_value.h"
#include "params/text.h"
#include "results/time_text.h"
#include "results/trial_labels.h"
#include "views/json_rows.h"
#include "views/metric_text.h"
#include "views/terminal/table.h"
#include "views/terminal/trial_curves.h"

namespace lrsweep {
namespace {

using Align = Table::Align;

constexpr int kIndent = 2;
constexpr size_t kFirstEpochs = 5;  // shown of a long trial
constexpr size_t kLastEpochs = 25;
constexpr size_t kMostSeeds = 20;

std::string RealText(const std::optional<double>& number) {
  return number ? fmt::format("{:.6g}", *number) : "nan";
}

/// "-" for an epoch without the metric.
std::string MetricCell(const EpochRow& row, const MetricInfo& metric) {
  const auto found = row.metrics.find(metric.name);
  if (found == row.metrics.end()) return "-";
  if (std::isfinite(found->second)) return NumberText(metric.name, found->second);
  return metric.needs_validation ? "-" : "nan";
}

std::string Indented(const std::string& text) {
  std::string lines = "  ";
  for (size_t i = 0; i < text.size(); ++i) {
    lines += text[i];
    if (text[i] == '\n' && i + 1 < text.size()) lines += "  ";
  }
  return lines;
}

/// A text of several lines, each safe to print in a terminal.
std::string Lines(const std::string& text) {
  std::string lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines += OneLine(text.substr(begin, end - begin)) + '\n';
    begin = end + 1;
  }
  return lines;
}

std::string Heading(const std::string& text, const Style& style) {
  return '\n' + style.Paint(Tone::kHeading, text) + '\n';
}

/// A trial with what is shown of it.
struct Shown {
  Shown(const Store& opened, const std::string& id_prefix)
      : store(opened),
        sweep(opened.Sweep()),
        trial(FindTrial(opened, id_prefix)),
        placed(opened.PlaceOf(trial.trial_id)),
        test(opened, sweep.objective),
        group(opened.Scores(sweep.objective, trial.group_id)) {
    std::sort(group.begin(), group.end(),
              [](const ScoredTrial& a, const ScoredTrial& b) { return a.seed < b.seed; });
  }

  const Store& store;
  SweepRecord sweep;
  TrialRow trial;
  std::optional<RankedTrial> placed;
  TestValues test;
  std::vector<ScoredTrial> group;  // those that differ from it in the seed alone, itself included
};

Tone ToneOf(const std::string& state, bool diverged) {
  return state == "failed" || diverged ? Tone::kBad : Tone::kPlain;
}

/// Whose epochs the trial's first ones are: "1 to 5 are those of 0123456789abcdef, 6 those of ...".
std::string SharedText(const std::vector<EpochRow>& epochs) {
  std::string text;
  for (size_t i = 0; i < epochs.size();) {
    const std::string& by = epochs[i].trained_by;
    size_t end = i;
    while (end < epochs.size() && epochs[end].trained_by == by) ++end;
    if (!by.empty()) {
      const int64_t first = epochs[i].epoch, last = epochs[end - 1].epoch;
      const bool is_one = first == last;
      const bool begins = text.empty();
      if (!begins) text += ", ";
      text += is_one ? std::to_string(first) : fmt::format("{} to {}", first, last);
      if (begins) text += is_one ? " is" : " are";
      text += (is_one ? " that of " : " those of ") + by;
    }
    i = end;
  }
  return text;
}

/// Of a trial without an attempt: whose training it is, if it has epochs.
std::string NotStartedText(const Store& store, const TrialRow& trial) {
  if (trial.epochs_done == 0) return "not started yet";
  for (const std::string& sharer : store.SharersOf(trial.trial_id)) {
    if (!store.Attempts(sharer).empty()) return "never by itself: it was trained as " + sharer;
  }
  return "never by itself";
}

/// Its place in a search with budgets: "rung 0 with 2 epochs, of point 0123...; went on".
std::string SearchText(const TrialRow& trial) {
  std::string text = fmt::format("rung {} with {}", trial.rung.value_or(0),
                                 Counted(trial.budget.value_or(0), "epoch"));
  if (trial.bracket.value_or(0) > 0) text += fmt::format(" of bracket {}", *trial.bracket);
  if (trial.point) text += ", point " + *trial.point;
  if (trial.promoted) text += "; the point went on to a higher budget";
  if (trial.stopped_by) text += "; stopped by the " + *trial.stopped_by;
  return text;
}

std::string Head(const Shown& shown, const Style& style) {
  const TrialRow& trial = shown.trial;
  std::string state = trial.state;
  if (trial.diverged) {
    state += fmt::format(" (diverged: a {} became NaN or infinite)",
                         shown.sweep.IsOfProgram() ? "metric" : "loss");
  }
  Table table({{"trial_id"}, {trial.trial_id}});
  table.AddRow({"group_id", trial.group_id});
  table.AddRow({"scheduler", trial.scheduler});
  table.AddRow({"state", state}, ToneOf(trial.state, trial.diverged));
  if (shown.placed) {
    const Objective& objective = shown.sweep.objective;
    table.AddRow(
        {"place", fmt::format("{} by {}: {}", shown.placed->place, Describe(objective),
                              MetricText(objective.metric, shown.placed->value, trial.diverged))},
        shown.placed->place == 1 && shown.placed->value ? Tone::kBest : Tone::kPlain);
  }
  if (const std::optional<double> value = shown.test.Of(trial.trial_id)) {
    table.AddRow({"on the test images",
                  fmt::format("{} {}", *shown.test.Metric(),
                              MetricText(*shown.test.Metric(), value, trial.diverged))});
  }
  table.AddRow({"epochs_done", std::to_string(trial.epochs_done)});
  if (trial.shared_epochs > 0)
    table.AddRow({"shared_epochs", SharedText(shown.store.Epochs(trial.trial_id))});
  if (trial.budget) table.AddRow({"search", SearchText(trial)});
  table.AddRow({"started_at", trial.started_at.value_or(NotStartedText(shown.store, trial))});
  table.AddRow({"wall_seconds", fmt::format("{:.3f}", trial.wall_seconds)});
  std::string text = table.Text(style);
  if (trial.error) text += style.Paint(Tone::kBad, "error") + '\n' + Indented(Lines(*trial.error));
  return text;
}

std::string Parameters(const TrialRow& trial, const Style& style) {
  size_t width = 0;
  const FlatParams params = FlatText(trial.params_json);
  for (const auto& [path, value] : params) width = std::max(width, path.size());
  std::string text = Heading("parameters", style);
  for (const auto& [path, value] : params) {
    text += fmt::format("  {:<{}}  {}\n", OneLine(path), width, OneLine(value));
  }
  return text;
}

std::string ProvenanceText(const Shown& shown, const Style& style) {
  const SweepRecord& sweep = shown.sweep;
  std::string text =
      Heading("provenance", style) + fmt::format("  sweep {}, made {} by lrsweep {}; engine {}\n",
                                                 OneLine(sweep.name), sweep.created_at,
                                                 OneLine(sweep.version), OneLine(sweep.engine));
  if (!sweep.IsOfProgram()) {
    text += fmt::format("  data SHA-256 {}\n", OneLine(sweep.dataset_sha256));
  }
  const std::vector<AttemptRow> attempts = shown.store.Attempts(shown.trial.trial_id);
  if (attempts.empty()) return text;
  Table table({{"attempt", Align::kRight},
               {"worker", Align::kRight},
               {"host"},
               {"device"},
               {"engine"},
               {"cpu_target"},
               {"pack", Align::kRight},
               {"started_at"},
               {"epochs from", Align::kRight},
               {"seconds", Align::kRight},
               {"outcome"}});
  std::string errors;
  for (const AttemptRow& row : attempts) {
    const std::string seconds =
        row.ended_at ? fmt::format("{:.1f}", SecondsBetween(row.started_at, *row.ended_at)) : "";
    const std::string outcome = row.outcome.value_or("running");
    table.AddRow({std::to_string(row.attempt), std::to_string(row.by.worker), row.by.host,
                  row.by.device, row.by.engine, row.by.cpu_target, std::to_string(row.pack_size),
                  row.started_at, std::to_string(row.first_epoch), seconds, outcome},
                 outcome == "failed" || outcome == "lost" ? Tone::kBad : Tone::kPlain);
    if (row.error) errors += fmt::format("attempt {}: {}\n", row.attempt, ErrorLine(*row.error));
  }
  return text + Indented(table.Text(style.Narrower(kIndent)) + errors);
}

/// The metrics without those of the test images that none of these epochs has: epochs of lrsweep
/// 0.1.0 have none.
MetricTable WithoutUnrecorded(MetricTable metrics, const std::vector<EpochRow>& epochs) {
  std::erase_if(metrics, [&epochs](const MetricInfo& metric) {
    return metric.needs_validation &&
           std::none_of(epochs.begin(), epochs.end(), [&metric](const EpochRow& row) {
             return std::isfinite(MetricOrNan(row.metrics, metric.name));
           });
  });
  return metrics;
}

std::string EpochsText(const Store& store, const TrialRow& trial, const Style& style) {
  const SweepRecord sweep = store.Sweep();
  const std::vector<EpochRow> epochs = ReportedEpochs(store, sweep, trial);
  const MetricTable known =
      sweep.IsOfProgram() ? InOrderOfInterest(store.Metrics(), sweep) : store.Metrics();
  if (epochs.empty()) return "\nNo epoch is done yet.\n";
  const MetricTable metrics = WithoutUnrecorded(known, epochs);
  std::vector<Table::Column> columns = {
      {"epoch", Align::kRight}, {"steps", Align::kRight}, {"lr", Align::kRight}};
  for (const MetricInfo& metric : metrics) columns.push_back({metric.name, Align::kRight});
  columns.push_back({"seconds", Align::kRight});
  Table table(columns);
  const bool is_long = epochs.size() > kFirstEpochs + kLastEpochs;
  for (size_t i = 0; i < epochs.size(); ++i) {
    if (is_long && i == kFirstEpochs) {
      std::vector<std::string> gap(columns.size());
      gap.front() = "...";
      table.AddRow(gap, Tone::kDim);
      i = epochs.size() - kLastEpochs;
    }
    const EpochRow& row = epochs[i];
    std::vector<std::string> cells = {std::to_string(row.epoch), std::to_string(row.steps_done),
                                      RealText(row.lr)};
    for (const MetricInfo& metric : metrics) {
      cells.push_back(MetricCell(row, metric));
    }
    cells.push_back(fmt::format("{:.2f}", row.wall_seconds));
    const bool ends_in_divergence = trial.diverged && i + 1 == epochs.size();
    table.AddRow(cells, ends_in_divergence ? Tone::kBad : Tone::kPlain);
  }
  return Heading("epochs (lr: at the epoch's last step)", style) +
         Indented(table.Text(style.Narrower(kIndent)));
}

/// The seeds of its group, with their values.
std::string GroupText(const Shown& shown, const Style& style) {
  if (shown.group.size() < 2) return "";
  const std::string& metric = shown.sweep.objective.metric;
  std::vector<double> values;
  Table table({{"seed", Align::kRight}, {"trial_id"}, {"state"}, {metric, Align::kRight}, {""}});
  for (size_t i = 0; i < shown.group.size(); ++i) {
    const ScoredTrial& one = shown.group[i];
    if (one.value) values.push_back(*one.value);
    const bool is_this = one.trial_id == shown.trial.trial_id;
    if (i >= kMostSeeds && !is_this) continue;
    const bool ranked = IsRanked(one.state, one.diverged, one.was_pruned);
    table.AddRow(
        {std::to_string(one.seed), one.trial_id, one.state,
         ranked ? MetricText(metric, one.value, one.diverged) : "", is_this ? "this one" : ""},
        ToneOf(one.state, one.diverged));
  }
  std::string title = "its group: " + Counted(shown.group.size(), "seed");
  if (values.size() > 1) {
    Summary summary = Summarize(values);
    CutInterval(summary, metric, shown.store.Metrics());
    title += fmt::format(", mean {}, sd {:.2g}, 95% interval of the mean {} to {}",
                         NumberText(metric, summary.mean), *summary.sd,
                         NumberText(metric, summary.interval95->low),
                         NumberText(metric, summary.interval95->high));
  }
  std::string text = Heading(title, style) + Indented(table.Text(style.Narrower(kIndent)));
  if (shown.group.size() > kMostSeeds) text += "  ... and more (--json has all)\n";
  return text;
}

std::string RepeatText(const Shown& shown, const std::string& db, const Style& style) {
  const std::string file = ShellPath(db);
  const std::string& id = shown.trial.trial_id;
  std::string text = Heading("repeat it", style);
  text += fmt::format("  lrsweep show --config {} {} > trial.yaml && lrsweep run trial.yaml\n",
                      file, id);
  if (shown.trial.epochs_done > 0) text += fmt::format("  lrsweep verify {} {}\n", file, id);
  return text;
}

}  // namespace

std::string ShowText(const Store& store, const std::string& id_prefix, const std::string& db,
                     const Style& style) {
  const Shown shown(store, id_prefix);
  const TrialRow& trial = shown.trial;
  std::string test;
  if (IsRangeTest(trial)) {
    test = Heading("range test", style) + "  " + Describe(RangeTestOf(store, trial)) + "\n";
  }
  return Head(shown, style) + test + Parameters(trial, style) + ProvenanceText(shown, style) +
         TrialCurvesText(store, trial, style) + EpochsText(store, trial, style) +
         GroupText(shown, style) + RepeatText(shown, db, style);
}

std::string ShowJson(const Store& store, const std::string& id_prefix) {
  const Shown shown(store, id_prefix);
  const TrialRow& trial = shown.trial;
  Json json = ToJson(trial);
  Json attempts = Json::array();
  for (const AttemptRow& row : store.Attempts(trial.trial_id))
    attempts.push_back(ObjectOf(row, AttemptTable()));
  Json epochs = Json::array();
  const Columns<EpochRow> table = EpochTable(store.Metrics());
  for (const EpochRow& row : store.Epochs(trial.trial_id)) epochs.push_back(ObjectOf(row, table));
  Json group = Json::array();
  for (const ScoredTrial& one : shown.group) {
    group.push_back({{"seed", one.seed},
                     {"trial_id", one.trial_id},
                     {"state", one.state},
                     {"diverged", one.diverged},
                     {"value", OrNull(one.value)}});
  }
  const std::optional<RankedTrial>& placed = shown.placed;
  json["place"] = placed ? Json(placed->place) : Json(nullptr);
  json["value"] = placed ? OrNull(placed->value) : Json(nullptr);
  json["test_metric"] = OrNull(shown.test.Metric());
  json["test_value"] = OrNull(shown.test.Of(trial.trial_id));
  if (IsRangeTest(trial)) json["range_test"] = ToJson(RangeTestOf(store, trial));
  json["sweep"] = {{"name", shown.sweep.name},
                   {"engine", shown.sweep.engine},
                   {"dataset_sha256", shown.sweep.dataset_sha256},
                   {"version", shown.sweep.version},
                   {"created_at", shown.sweep.created_at}};
  json["attempts"] = std::move(attempts);
  json["epochs"] = std::move(epochs);
  json["group"] = std::move(group);
  return Print(json);
}

}  // namespace lrsweep
