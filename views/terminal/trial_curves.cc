#include "views/terminal/trial_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "analysis/reported_epochs.h"
#include "views/metric_text.h"

namespace lrsweep {
namespace {

constexpr int kColumns = 80;         // where no terminal says how many there are
constexpr int kMostColumns = 100;    // of one plot
constexpr int kColumnsForTwo = 112;  // of a terminal with two plots beside each other
constexpr int kGap = 2;

constexpr size_t kMostMetrics = 8;  // drawn

PlotCurve StepCurve(const std::vector<StepRow>& steps, const std::vector<EpochRow>& epochs,
                    double StepRow::*what) {
  PlotCurve curve;
  curve.values.reserve(steps.size());
  for (const StepRow& step : steps) curve.values.push_back(step.*what);
  curve.first = 0;
  curve.last = static_cast<double>(epochs.back().epoch);
  return curve;
}

/// `value_of` gives nothing for an epoch that lacks the value.
template <typename ValueOf>
PlotCurve CurveOf(const std::vector<EpochRow>& epochs, const ValueOf& value_of) {
  PlotCurve curve;
  for (const EpochRow& epoch : epochs) {
    const std::optional<double> value = value_of(epoch);
    if (!value) continue;
    const auto here = static_cast<double>(epoch.epoch);
    if (curve.values.empty()) {
      curve.first = here;
    } else {  // epochs between two values get those of the line between them
      const double before = curve.values.back();
      for (double at = curve.last + 1; at < here; ++at) {
        const double share = (at - curve.last) / (here - curve.last);
        curve.values.push_back((1 - share) * before + share * *value);
      }
    }
    curve.values.push_back(*value);
    curve.last = here;
  }
  return curve;
}

}  // namespace

double LastReported(const std::vector<EpochRow>& epochs, const std::string& metric) {
  for (auto epoch = epochs.rbegin(); epoch != epochs.rend(); ++epoch) {
    const auto found = epoch->metrics.find(metric);
    if (found != epoch->metrics.end()) return found->second;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

PlotCurve EpochCurve(const std::vector<EpochRow>& epochs, const std::string& metric) {
  return CurveOf(epochs, [&](const EpochRow& epoch) {
    const auto found = epoch.metrics.find(metric);
    return found == epoch.metrics.end() ? std::nullopt : std::optional(found->second);
  });
}

PlotCurve EpochRateCurve(const std::vector<EpochRow>& epochs) {
  return CurveOf(epochs, [](const EpochRow& epoch) {
    return std::optional(epoch.lr.value_or(std::numeric_limits<double>::quiet_NaN()));
  });
}

PlotCurve MeanCurve(const std::vector<PlotCurve>& curves) {
  PlotCurve mean{.first = curves.front().first, .last = curves.front().last};
  for (const PlotCurve& curve : curves) {
    if (curve.values.empty()) return {};
    mean.first = std::max(mean.first, curve.first);
    mean.last = std::min(mean.last, curve.last);
  }
  for (double epoch = mean.first; epoch <= mean.last; ++epoch) {
    double sum = 0;
    for (const PlotCurve& curve : curves) {
      sum += curve.values.at(static_cast<size_t>(epoch - curve.first));
    }
    mean.values.push_back(sum / static_cast<double>(curves.size()));
  }
  return mean;
}

PlotCurve LossCurve(const std::vector<StepRow>& steps, const std::vector<EpochRow>& epochs) {
  return StepCurve(steps, epochs, &StepRow::loss);
}

PlotCurve RateCurve(const std::vector<StepRow>& steps, const std::vector<EpochRow>& epochs) {
  return StepCurve(steps, epochs, &StepRow::lr);
}

MetricTable FirstToDraw(const MetricTable& metrics) {
  const size_t drawn = std::min(metrics.size(), kMostMetrics);
  return {metrics.begin(), metrics.begin() + static_cast<std::ptrdiff_t>(drawn)};
}

std::string NotDrawn(const MetricTable& metrics) {
  if (metrics.size() <= kMostMetrics) return "";
  return fmt::format("\n... and {} more metrics, not drawn\n", metrics.size() - kMostMetrics);
}

std::string DrawPlots(const std::vector<Plot>& plots, const Style& style) {
  const int room = style.columns > 0 ? style.columns : kColumns;
  const bool two = room >= kColumnsForTwo;
  const int columns = std::min(two ? (room - kGap) / 2 : room, kMostColumns);
  std::vector<std::string> drawn;
  for (Plot plot : plots) {
    plot.columns = columns;
    std::string text = DrawPlot(plot, style);
    if (!text.empty()) drawn.push_back(std::move(text));
  }
  std::string all;
  for (size_t i = 0; i < drawn.size(); ++i) {
    const bool has_neighbour = two && i + 1 < drawn.size();
    all += '\n';
    all += has_neighbour ? SideBySide(drawn[i], drawn[i + 1], columns + kGap) : drawn[i];
    if (has_neighbour) ++i;
  }
  return all;
}

namespace {

/// Those of a trial that is shown alone: of the built-in model without train_loss, which stands
/// beside them by step.
MetricTable MetricsToDraw(MetricTable metrics, const SweepRecord& sweep) {
  if (sweep.IsOfProgram()) return InOrderOfInterest(metrics, sweep);
  std::erase_if(metrics, [](const MetricInfo& metric) { return metric.name == kTrainLoss; });
  return metrics;
}

}  // namespace

std::string TrialCurvesText(const Store& store, const TrialRow& trial, const Style& style) {
  const SweepRecord sweep = store.Sweep();
  const std::vector<EpochRow> epochs = ReportedEpochs(store, sweep, trial);
  if (epochs.empty()) return "";
  const std::vector<StepRow> steps = store.Steps(trial.trial_id);
  const MetricTable metrics = MetricsToDraw(store.Metrics(), sweep);
  std::vector<Plot> plots;
  const auto add = [&plots](const std::string& title, PlotCurve curve, bool log_axis) {
    plots.push_back({.title = title, .curves = {std::move(curve)}, .log_axis = log_axis});
  };
  if (!steps.empty()) {
    add("loss of every step", LossCurve(steps, epochs), true);
  } else if (!sweep.IsOfProgram()) {
    add("train_loss of each epoch", EpochCurve(epochs, kTrainLoss), true);
  }
  for (const MetricInfo& metric : FirstToDraw(metrics)) {
    add(metric.name, EpochCurve(epochs, metric.name), metric.better == Better::kLess);
  }
  if (steps.empty()) {
    add("lr at each epoch's end", EpochRateCurve(epochs), false);
  } else {
    add("lr of every step", RateCurve(steps, epochs), false);
  }
  return DrawPlots(plots, style) + NotDrawn(metrics);
}

}  // namespace lrsweep
