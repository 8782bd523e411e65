#include "views/terminal/top.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/lr_finder.h"
#include "params/text.h"
#include "views/importance_text.h"
#include "views/metric_text.h"
#include "views/terminal/effects_table.h"
#include "views/terminal/table.h"
#include "views/terminal/top_rows.h"
#include "views/verdict_text.h"
#include "views/work_text.h"

namespace lrsweep {
namespace {

/// The sweep, its ranking, and the rows that are shown.
struct Top {
  Top(const Store& store_read, const TopOptions& chosen)
      : Top(store_read, chosen, store_read.Sweep()) {}

  Top(const Store& store_read, const TopOptions& chosen, const SweepRecord& sweep)
      : store(store_read),
        options(chosen),
        ranked(store, sweep, ChooseObjective(sweep, chosen.objective, store.Metrics()),
               TrialsToRead(chosen)),
        judged(chosen.verdict.value_or(ranked.Trials() <= kMostJudged)),
        groups(chosen.by_group || judged ? RankGroups(store, ranked.By())
                                         : std::vector<RankedGroup>()),
        shown(chosen.by_group ? GroupRows(store, groups, ranked.By(), chosen)
                              : TrialRows(store, ranked, chosen)) {}

  /// A condition or a Pareto front needs all trials.
  static size_t TrialsToRead(const TopOptions& options) {
    if (options.by_group) return 1;
    return options.where.empty() && options.pareto.empty() ? options.limit : 0;
  }

  const Store& store;
  const TopOptions& options;
  RankedSweep ranked;
  bool judged;
  std::vector<RankedGroup> groups;
  TopRows shown;
};

/// What the built-in model's val_* is measured on: "; val_* is measured on the test set". Of a
/// user's program that is not known.
std::string MeasuredOn(const Top& top) {
  if (top.ranked.Sweep().IsOfProgram()) return "";
  const std::optional<int64_t> validation_images = top.ranked.ValidationImages();
  if (!validation_images) {
    return "; val_* is measured on different images: the trials differ in dataset.validation";
  }
  if (*validation_images == 0) return "; val_* is measured on the test set";
  std::string text =
      fmt::format("; val_* is measured on {} held-back training images", *validation_images);
  const NamedRows& rows = top.shown.rows;
  if (FindMetric(rows.Metrics(), kTestAccuracy) != nullptr) text += ", test_* on the test images";
  if (rows.TestMetric() && top.ranked.By().scope == "best") {
    text += fmt::format(" ({}: at the epoch of the best {})", *rows.TestMetric(),
                        top.ranked.By().metric);
  }
  return text;
}

/// Whether an interval of the mean ends where the metric's range does.
bool IsIntervalCut(const Top& top) {
  if (!IsShare(top.ranked.By().metric, top.shown.rows.Metrics())) return false;
  return std::any_of(top.groups.begin(), top.groups.end(), [](const RankedGroup& group) {
    if (!group.summary || !group.summary->interval95) return false;
    return group.summary->interval95->low == 0 || group.summary->interval95->high == 1;
  });
}

std::string Title(const Top& top) {
  std::string by = "by " + Describe(top.ranked.By());
  if (top.options.by_group) by += ", means over the seeds with their 95% intervals";
  if (top.options.by_group && IsIntervalCut(top)) by += " (Student's t, cut at 0 and 1)";
  if (!top.options.pareto.empty()) {
    const std::vector<std::string> metrics =
        ParetoMetrics(top.options.pareto, top.shown.rows.Metrics());
    by = fmt::format("the Pareto front of {} and {}; place {}",
                     Describe(top.shown.rows.ObjectiveOf(metrics[0])),
                     Describe(top.shown.rows.ObjectiveOf(metrics[1])), by);
  }
  return fmt::format("{}: {}{}\n", OneLine(top.ranked.Sweep().name), by, MeasuredOn(top));
}

/// Highlights the first place and rows without a value.
Tone ToneOf(const Top& top, size_t row) {
  if (top.shown.rows.Row(row).without_value > 0) return Tone::kBad;
  return top.shown.Place(row) == 1 ? Tone::kBest : Tone::kPlain;
}

std::string Rows(const Top& top, const Style& style) {
  const TopRows& shown = top.shown;
  std::vector<Table::Column> columns;
  for (const ShownColumn& column : shown.columns) {
    const bool right = shown.rows.IsNumber(column.name);
    columns.push_back({column.title, right ? Table::Align::kRight : Table::Align::kLeft});
  }
  Table table(std::move(columns));
  for (size_t row = 0; row < shown.rows.size(); ++row) {
    std::vector<std::string> cells;
    for (const ShownColumn& column : shown.columns) {
      cells.push_back(shown.rows.TextAt(row, column.name));
    }
    table.AddRow(std::move(cells), ToneOf(top, row));
  }
  return table.Text(style);
}

std::string TableOrWhyNone(const Top& top, const Style& style) {
  if (top.ranked.Ranked() == 0) return "No trial has finished yet.\n";
  if (top.shown.rows.size() > 0) return Rows(top, style);
  return top.options.pareto.empty() ? "The condition holds for none.\n"
                                    : "None has a value of both metrics.\n";
}

size_t RowsLeftOut(const Top& top) {
  const bool all_are_read = top.options.by_group || Top::TrialsToRead(top.options) == 0;
  if (all_are_read) return top.shown.more;
  return static_cast<size_t>(top.ranked.Ranked()) - top.shown.rows.size();
}

/// What the order of the first places means where they are equal.
std::string TiedPlaces(const Top& top) {
  const int64_t tied = top.options.by_group ? TiedWithFirst(top.groups) : top.ranked.Tied();
  if (tied == 0) return "";
  return fmt::format("Places 1 to {} have the same {}: their order is that of their ids.\n",
                     tied + 1, top.options.by_group ? "mean" : "value");
}

std::string RangeTests(const Top& top) {
  const TopOptions& options = top.options;
  std::string text;
  if (options.by_group || !options.where.empty() || !options.pareto.empty()) return text;
  for (const auto& [placed, trial] : top.ranked.First()) {
    if (!IsRangeTest(trial)) continue;
    text +=
        fmt::format("range test {}: {}\n", trial.trial_id, Describe(RangeTestOf(top.store, trial)));
  }
  return text;
}

/// Whether some groups ended at other budgets than the first one.
bool HasSeveralBudgets(const Top& top) {
  return !top.groups.empty() && top.groups.back().budget != top.groups.front().budget;
}

Verdict JudgeOf(const Top& top) {
  return Judge(OfHighestBudget(top.groups), top.ranked.By(), top.shown.rows.Metrics());
}

std::string Judgement(const Top& top, const Style& style) {
  if (!top.judged) {
    const bool asked = top.options.verdict.has_value();
    return asked ? ""
                 : fmt::format(
                       "Whether the first is better than the next, and what matters, is not "
                       "worked out for more than {} trials unless asked for: --verdict\n",
                       kMostJudged);
  }
  std::string text = top.options.where.empty() ? "" : "Of the whole sweep: ";
  if (HasSeveralBudgets(top)) {
    text +=
        fmt::format("Of the groups trained for {}: ", Counted(top.groups.front().budget, "epoch"));
  }
  for (const std::string& sentence : Sentences(JudgeOf(top))) {
    text += OneLine(sentence) + ".\n";
  }
  const WhatMatters matters = ExplainGroups(top.groups, top.store, top.ranked.By());
  text += ImportanceText(matters);
  if (top.options.effects) text += EffectsTable(matters, style);
  return text;
}

/// The row with all its columns and the Pareto front's metrics; or only the chosen columns.
Json RowJson(const Top& top, size_t row) {
  Json json = Json::object();
  const auto at = static_cast<size_t>(top.shown.Place(row) - 1);
  if (top.options.columns.empty()) {
    json = top.options.by_group ? RowJson(top.groups[at], top.ranked.By())
                                : RowJson(top.store, top.ranked.First()[at]);
    json[kTestValue] =
        top.shown.rows.TestMetric() ? ToJson(top.shown.rows.At(row, kTestValue)) : Json();
  }
  for (const std::string& name : top.shown.asked) json[name] = ToJson(top.shown.rows.At(row, name));
  return json;
}

}  // namespace

std::string TopText(const Store& store, const TopOptions& options, const Style& style) {
  const Top top(store, options);
  std::string text = Title(top) + TableOrWhyNone(top, style);
  if (const size_t more = RowsLeftOut(top)) text += fmt::format("... and {} more\n", more);
  text += TiedPlaces(top);
  text += RangeTests(top);
  const std::string rest =
      CountsText(top.ranked.CountUnranked(),
                 {"failed", "stopped", "running", "pending", "completed", kWentOn});
  if (!rest.empty()) text += fmt::format("Not ranked: {}.\n", rest);
  const std::string work = WorkText(store.CountWork());
  if (!work.empty()) text += work + ".\n";
  const std::string judgement = Judgement(top, style);
  return judgement.empty() ? text : text + '\n' + judgement;
}

std::string TopJson(const Store& store, const TopOptions& options) {
  const Top top(store, options);
  Json rows = Json::array();
  for (size_t row = 0; row < top.shown.rows.size(); ++row) rows.push_back(RowJson(top, row));
  Json json = {{"name", top.ranked.Sweep().name},
               {"metric", top.ranked.By().metric},
               {"mode", top.ranked.By().mode},
               {"scope", top.ranked.By().scope},
               {"validation_images", OrNull(top.ranked.ValidationImages())},
               {"test_metric", OrNull(top.shown.rows.TestMetric())},
               {"trials", top.ranked.Trials()},
               {"states", top.ranked.CountByState()},
               {"ranked", top.ranked.Ranked()},
               {"by", options.by_group ? "group" : "trial"}};
  if (!options.pareto.empty())
    json["pareto"] = ParetoMetrics(options.pareto, top.shown.rows.Metrics());
  json["ranking"] = std::move(rows);
  json["verdict"] = nullptr;
  json["what_matters"] = nullptr;
  if (top.judged) {
    json["verdict"] = ToJson(JudgeOf(top));
    json["what_matters"] = ToJson(ExplainGroups(top.groups, top.store, top.ranked.By()));
  }
  return Print(json);
}

}  // namespace lrsweep
