// Charts over the epochs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "params/text.h"
#include "trial/metric_expression.h"
#include "views/charts/line_chart.h"
#include "views/exports/charts.h"
#include "views/exports/output.h"

namespace lrsweep {
namespace {

constexpr size_t kColoured = 8;  // groups with a colour and a line in the legend
constexpr size_t kFaint = 60;    // further ones in grey
constexpr size_t kBands = 3;     // groups whose spread is shown: more bands hide each other
constexpr double kCut = 0.1;     // the share of a curve chart's values that may lie outside

/// "the best 8 of 51 groups in colour, 43 in grey".
std::string Shown(size_t coloured, size_t faint, size_t all) {
  if (coloured == all) return Counted(all, "group");
  std::string text = fmt::format("the best {} of {} in colour", coloured, Counted(all, "group"));
  if (faint > 0)
    text += fmt::format(", {} in grey",
                        coloured + faint == all ? "the others" : fmt::format("the next {}", faint));
  return text;
}

std::string LegendLabel(const RankedGroup& group) {
  std::string label = fmt::format("{}. {} (n = {}", group.place, group.Name(),
                                  group.repetitions.size() - static_cast<size_t>(group.unfinished));
  if (group.diverged > 0) label += fmt::format(", {} diverged", group.diverged);
  return label + ")";
}

/// The rates of the group's longest trial, by step if steps are recorded, else by epoch. Trials
/// that diverged are shorter; with a schedule that follows a metric the trials of a group differ.
std::vector<ChartPoint> SchedulePoints(const ChartInput& input, const RankedGroup& group) {
  std::vector<EpochRow> epochs;
  std::string trial_id;
  for (const Repetition& one : group.repetitions) {
    std::vector<EpochRow> rows = input.store.Epochs(one.trial_id);
    if (rows.size() <= epochs.size()) continue;
    epochs = std::move(rows);
    trial_id = one.trial_id;
  }
  std::vector<ChartPoint> points;
  if (epochs.empty()) return points;
  const double steps_per_epoch =
      static_cast<double>(epochs[0].steps_done) / static_cast<double>(epochs[0].epoch);
  for (const StepRow& step : input.store.Steps(trial_id)) {
    points.push_back({static_cast<double>(points.size()) / steps_per_epoch, step.lr});
  }
  if (!points.empty()) return points;
  for (const EpochRow& epoch : epochs) {
    if (epoch.lr) points.push_back({static_cast<double>(epoch.epoch), *epoch.lr});
  }
  return points;
}

/// The length of the longest curve over steps, in whole epochs.
double WholeEpochs(const std::vector<ChartSeries>& series) {
  double last = 0;
  for (const ChartSeries& one : series) last = std::max(last, one.points.back().x);
  return std::max(1.0, std::ceil(last));
}

/// Adds the metric's finite values by their epochs.
void AddCurve(const ChartInput& input, const std::string& trial_id, const std::string& metric,
              std::map<int64_t, std::vector<double>>& values) {
  for (const EpochRow& row : input.store.Epochs(trial_id)) {
    const double value = MetricOrNan(row.metrics, metric);
    if (std::isfinite(value)) values[row.epoch].push_back(value);
  }
}

/// The mean over those of the group's trials that have ended, with their least and greatest value,
/// at the epochs that all of them have: the mean of fewer would look too good after one diverged.
std::vector<ChartPoint> MeanCurve(const ChartInput& input, const RankedGroup& group,
                                  const std::string& metric) {
  std::map<int64_t, std::vector<double>> values_at;
  size_t trials = 0;
  for (const Repetition& one : group.repetitions) {
    if (!IsRanked(one.state, one.diverged, one.was_pruned)) continue;
    AddCurve(input, one.trial_id, metric, values_at);
    ++trials;
  }
  std::vector<ChartPoint> points;
  for (const auto& [epoch, values] : values_at) {
    if (values.size() < trials) continue;
    const Summary summary = Summarize(values);
    ChartPoint point{static_cast<double>(epoch), summary.mean};
    if (summary.n > 1) point.interval = {summary.least, summary.greatest};
    points.push_back(point);
  }
  return points;
}

void RemoveIntervals(ChartSeries& series) {
  for (ChartPoint& point : series.points) point.interval.reset();
}

/// Says what the bands are, if there is one.
std::string Spread(const std::vector<ChartSeries>& series) {
  const bool any = std::any_of(series.begin(), series.end(), [](const ChartSeries& one) {
    return std::any_of(one.points.begin(), one.points.end(),
                       [](const ChartPoint& point) { return point.interval.has_value(); });
  });
  return any ? fmt::format(", band: least to greatest (best {})", kBands) : "";
}

/// Draws what `points` gives for each group; returns how many got a colour, and how many are faint.
template <typename Points>
std::pair<size_t, size_t> AddGroups(const ChartInput& input, const Points& points,
                                    LineChart& chart) {
  size_t coloured = 0;
  size_t faint = 0;
  for (const RankedGroup& group : input.groups) {
    if (coloured == kColoured && faint == kFaint) break;
    input.check_interrupt();
    ChartSeries series{.points = points(group)};
    if (series.points.empty()) continue;
    if (coloured < kColoured) {
      series.label = LegendLabel(group);
      ++coloured;
    } else {
      series.faint = true;
      ++faint;
    }
    chart.series.push_back(std::move(series));
  }
  return {coloured, faint};
}

/// Limits the y axis: early epochs would press the interesting part into a line. The axis begins
/// where a tenth of the coloured values is outside. A loss has a logarithmic axis instead.
void CutAxis(const MetricInfo& metric, LineChart& chart) {
  std::vector<double> values;
  double greatest = -std::numeric_limits<double>::infinity();
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      if (series.faint || !std::isfinite(point.y)) continue;
      values.push_back(point.y);
      greatest = std::max(greatest, point.interval ? point.interval->high : point.y);
    }
  }
  if (metric.better == Better::kLess) {
    const bool above_0 =
        std::all_of(values.begin(), values.end(), [](double value) { return value > 0; });
    chart.y.logarithmic = above_0;
    return;
  }
  if (values.empty() || metric.better == Better::kUnknown) return;
  std::sort(values.begin(), values.end());
  const double low = values[static_cast<size_t>(kCut * static_cast<double>(values.size()))];
  const double room = (greatest - low) * 0.05;
  if (low <= values.front() || room <= 0) return;
  chart.y.low = low - room;
  chart.y.high = greatest + room;
  chart.note = fmt::format("The axis begins at {:.4g}; the lowest mean is {:.4g}.", *chart.y.low,
                           values.front());
}

}  // namespace

std::vector<Chart> DrawSchedules(const ChartInput& input) {
  LineChart chart{.title = input.sweep + ": learning-rate schedules",
                  .x = {.label = "epoch"},
                  .y = {.label = "learning rate", .low = 0}};
  const auto [coloured, faint] = AddGroups(
      input, [&](const RankedGroup& group) { return SchedulePoints(input, group); }, chart);
  if (coloured == 0) return {};
  chart.x.low = 0;
  chart.x.high = WholeEpochs(chart.series);
  chart.subtitle = "rates as applied in each group's longest trial; " +
                   Shown(coloured, faint, input.groups.size());
  if (input.store.Sweep().record_steps) return {{"learning_rate", DrawSvg(chart)}};
  chart.note = "Steps are not recorded: the rate at the end of each epoch.";
  return {{"learning_rate", DrawSvg(chart)}};
}

std::vector<Chart> DrawCurves(const ChartInput& input) {
  std::vector<Chart> charts;
  for (const MetricInfo& metric : input.store.Metrics()) {
    LineChart chart{.title = fmt::format("{}: {}", input.sweep, metric.name),
                    .x = {.label = "epoch", .whole = true},
                    .y = {.label = metric.Label()}};
    const auto [coloured, faint] = AddGroups(
        input, [&](const RankedGroup& group) { return MeanCurve(input, group, metric.name); },
        chart);
    if (coloured == 0) continue;
    for (size_t i = kBands; i < chart.series.size(); ++i) RemoveIntervals(chart.series[i]);
    chart.subtitle = fmt::format("mean of the seeds{}; {}", Spread(chart.series),
                                 Shown(coloured, faint, input.groups.size()));
    CutAxis(metric, chart);
    charts.push_back({SafeName(metric.name), DrawSvg(chart)});
  }
  return charts;
}

}  // namespace lrsweep
