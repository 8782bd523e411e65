// Charts of the final values of trials.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/importance.h"
#include "params/text.h"
#include "trial/metric_expression.h"
#include "views/charts/dot_chart.h"
#include "views/charts/line_chart.h"
#include "views/exports/charts.h"
#include "views/exports/output.h"
#include "views/metric_text.h"

namespace lrsweep {
namespace {

constexpr size_t kMostByRate = 300;  // groups whose steps are read for one chart
constexpr double kBeside = 9;        // pixels between the marks of two schedulers at the same rate
constexpr double kCut = 0.1;         // the share of the worst values that may lie outside
constexpr size_t kMostRows = 40;     // of a dot chart

/// The highest rate that the trial applied.
double PeakRate(const Store& store, const std::string& trial_id) {
  double peak = 0;
  for (const EpochRow& epoch : store.Epochs(trial_id)) peak = std::max(peak, epoch.lr.value_or(0));
  for (const StepRow& step : store.Steps(trial_id)) peak = std::max(peak, step.lr);
  return peak;
}

/// "1 diverged, 2 never"; empty where all that have ended have a value.
std::string WithoutValue(const RankedGroup& group) {
  std::string text;
  if (group.diverged > 0) text = fmt::format("{} diverged", group.diverged);
  if (group.never > 0) text += fmt::format("{}{} never", text.empty() ? "" : ", ", group.never);
  return text;
}

std::string MetricLabel(const Objective& objective) {
  const std::string unit = UnitOf(ParseKnownMetric(objective.metric));
  return unit.empty() ? Describe(objective) : fmt::format("{} in {}", Describe(objective), unit);
}

std::vector<DotRow> LevelRows(const ParameterImportance& parameter) {
  std::vector<DotRow> rows;
  for (const LevelEffect& level : parameter.levels) {
    rows.push_back({.label = level.value, .summary = level.summary});
  }
  return rows;
}

/// Keeps as many rows as a picture can show; the note says how many there were.
void LimitRows(DotChart& chart) {
  if (chart.rows.size() <= kMostRows) return;
  chart.note += fmt::format("The first {} of {}. ", kMostRows, chart.rows.size());
  chart.rows.resize(kMostRows);
}

/// Limits the y axis: where the worst tenth of the trials would take more than half of it, the axis
/// ends before them, and the note says so.
void CutWorst(const Objective& objective, LineChart& chart) {
  std::vector<double> values;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) values.push_back(point.y);
  }
  const bool max = objective.mode == "max";
  std::sort(values.begin(), values.end());
  if (!max) std::reverse(values.begin(), values.end());
  const auto outside = static_cast<size_t>(kCut * static_cast<double>(values.size()));
  const double kept = values[outside];
  const double best = values.back();
  if (std::abs(best - values.front()) <= 2 * std::abs(best - kept)) return;
  const double room = (best - kept) * 0.05;
  const double end = kept - room;
  (max ? chart.y.low : chart.y.high) = end;
  (max ? chart.y.high : chart.y.low) = best + room;
  const auto beyond = std::count_if(values.begin(), values.end(),
                                    [&](double value) { return max ? value < end : value > end; });
  chart.note = fmt::format("{} outside of the axis, the worst at {:.4g}.", Counted(beyond, "trial"),
                           values.front());
}

/// By what a threshold of about this size is multiplied before it is rounded: three decimals stay,
/// of great numbers four digits and of small ones three.
double RoundingScale(double size) {
  if (size == 0 || (size >= 0.01 && size < 10)) return 1000;
  return std::pow(10, (size < 0.01 ? 2 : 3) - std::floor(std::log10(size)));
}

/// A value that half of the sound groups reach, rounded.
std::optional<double> Threshold(const ChartInput& input, const Metric& metric) {
  std::vector<double> means;
  const Objective objective{metric.recorded, metric.MoreIsBetter() ? "max" : "min", "last"};
  for (const RankedGroup& group : RankGroups(input.store, objective)) {
    if (group.IsSound()) means.push_back(group.summary->mean);
  }
  if (means.empty()) return std::nullopt;
  const auto middle = means.begin() + static_cast<std::ptrdiff_t>(means.size() / 2);
  std::nth_element(means.begin(), middle, means.end());
  const double scale = RoundingScale(std::abs(*middle));
  return metric.MoreIsBetter() ? std::floor(*middle * scale) / scale
                               : std::ceil(*middle * scale) / scale;
}

}  // namespace

std::vector<Chart> DrawByLearningRate(const ChartInput& input) {
  std::map<std::string, ChartSeries> by_scheduler;
  size_t groups = 0;
  size_t trials = 0;
  for (const RankedGroup& group : input.groups) {
    if (groups == kMostByRate) break;
    input.check_interrupt();
    double peak = 0;  // of a trial with a value: the seed does not change it
    for (const Repetition& one : group.repetitions) {
      if (!one.value) continue;
      if (peak == 0) peak = PeakRate(input.store, one.trial_id);
      if (peak <= 0) break;
      by_scheduler[group.scheduler].points.push_back({peak, *one.value});
      ++trials;
    }
    if (peak > 0) ++groups;
  }
  if (trials == 0) return {};
  LineChart chart{
      .title = fmt::format("{}: {} against the learning rate", input.sweep, input.objective.metric),
      .subtitle = fmt::format("{} of {}{}; schedulers side by side where their rates agree",
                              Counted(trials, "trial"), Counted(groups, "group"),
                              groups == kMostByRate ? ", the best ones" : ""),
      .x = {.label = "highest learning rate applied", .logarithmic = true},
      .y = {.label = MetricLabel(input.objective)}};
  const double middle = static_cast<double>(by_scheduler.size() - 1) / 2;
  for (auto& [scheduler, series] : by_scheduler) {
    series.shift = kBeside * (static_cast<double>(chart.series.size()) - middle);
    series.label = fmt::format("{} (n = {})", scheduler, series.points.size());
    series.marks = true;
    chart.series.push_back(std::move(series));
  }
  CutWorst(input.objective, chart);
  return {{"by_learning_rate", DrawSvg(chart)}};
}

std::vector<Chart> DrawAxes(const ChartInput& input) {
  const WhatMatters matters = ExplainGroups(input.groups, input.store, input.objective);
  if (!matters.importance) return {};
  std::vector<Chart> charts;
  UniqueNames names;
  for (const ParameterImportance& parameter : matters.importance->parameters) {
    if (parameter.levels.size() < 2) continue;
    const std::string& within = parameter.within;
    DotChart chart{.title = fmt::format("{}: {} by {}{}", input.sweep, input.objective.metric,
                                        parameter.name, within.empty() ? "" : " of " + within),
                   .subtitle = fmt::format("mean and its 95% interval over all trials with the "
                                           "value; it explains {:.0f}% of the variance",
                                           100 * parameter.share),
                   .axis = MetricLabel(input.objective),
                   .rows = LevelRows(parameter)};
    LimitRows(chart);
    const std::string name = "axis_" + (within.empty() ? "" : within + ".") + parameter.name;
    charts.push_back({names.Add(SafeName(name)), DrawSvg(chart)});
  }
  return charts;
}

std::vector<Chart> DrawConvergence(const ChartInput& input) {
  const Metric metric = ParseMetric(input.objective.metric, input.store.Metrics());
  if (metric.better == Better::kUnknown) return {};
  const std::optional<double> threshold = Threshold(input, metric);
  if (!threshold) return {};
  const std::string expression = ToText({metric.recorded, Derivation::kEpochsTo, *threshold});
  DotChart chart{
      .title = fmt::format("{}: epochs to {} {:.6g}", input.sweep, metric.recorded, *threshold),
      .subtitle =
          "mean of a group's seeds and its 95% interval, each seed in grey; half of the groups end "
          "at that value or better",
      .axis = fmt::format("epochs until {} reaches {:.6g}", metric.recorded, *threshold),
      .whole = true};
  size_t never = 0;
  for (const RankedGroup& group : RankGroups(input.store, {expression, "min", "last"})) {
    if (!group.summary) {
      ++never;
      continue;
    }
    DotRow row{.label = group.Name(), .summary = *group.summary};
    for (const Repetition& one : group.repetitions) {
      if (one.value) row.values.push_back(*one.value);
    }
    row.remark = WithoutValue(group);
    chart.rows.push_back(std::move(row));
  }
  if (chart.rows.empty()) return {};
  LimitRows(chart);
  if (never > 0) chart.note += fmt::format("{} never reached it.", Counted(never, "group"));
  return {{"convergence", DrawSvg(chart)}};
}

}  // namespace lrsweep
