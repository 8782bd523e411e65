#include "views/terminal/trial_curves.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace lrsweep {
namespace {

constexpr int kColumns = 80;         // where no terminal says how many there are
constexpr int kMostColumns = 100;    // of one plot
constexpr int kColumnsForTwo = 112;  // of a terminal with two plots beside each other
constexpr int kGap = 2;

PlotCurve StepCurve(const std::vector<StepRow>& steps, size_t epochs, double StepRow::*what) {
  PlotCurve curve;
  curve.values.reserve(steps.size());
  for (const StepRow& step : steps) curve.values.push_back(step.*what);
  curve.first = 0;
  curve.last = static_cast<double>(epochs);
  return curve;
}

template <typename ValueOf>
PlotCurve CurveOf(const std::vector<EpochRow>& epochs, const ValueOf& value_of) {
  PlotCurve curve;
  for (const EpochRow& epoch : epochs) curve.values.push_back(value_of(epoch));
  curve.last = static_cast<double>(std::max<size_t>(epochs.size(), 1));
  return curve;
}

}  // namespace

PlotCurve EpochCurve(const std::vector<EpochRow>& epochs, const std::string& metric) {
  return CurveOf(epochs, [&](const EpochRow& epoch) { return MetricValue(epoch.metrics, metric); });
}

PlotCurve EpochRateCurve(const std::vector<EpochRow>& epochs) {
  return CurveOf(epochs, [](const EpochRow& epoch) {
    return epoch.lr.value_or(std::numeric_limits<double>::quiet_NaN());
  });
}

PlotCurve MeanCurve(const std::vector<PlotCurve>& curves) {
  PlotCurve mean = curves.front();
  for (const PlotCurve& curve : curves) {
    if (curve.values.size() < mean.values.size()) mean = curve;
  }
  for (size_t i = 0; i < mean.values.size(); ++i) {
    double sum = 0;
    for (const PlotCurve& curve : curves) sum += curve.values[i];
    mean.values[i] = sum / static_cast<double>(curves.size());
  }
  return mean;
}

PlotCurve LossCurve(const std::vector<StepRow>& steps, size_t epochs) {
  return StepCurve(steps, epochs, &StepRow::loss);
}

PlotCurve RateCurve(const std::vector<StepRow>& steps, size_t epochs) {
  return StepCurve(steps, epochs, &StepRow::lr);
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

std::string TrialCurvesText(const std::vector<EpochRow>& epochs, const std::vector<StepRow>& steps,
                            const Style& style) {
  if (epochs.empty()) return "";
  std::vector<Plot> plots;
  const auto add = [&plots](const std::string& title, PlotCurve curve, bool log_axis) {
    plots.push_back({.title = title, .curves = {std::move(curve)}, .log_axis = log_axis});
  };
  if (steps.empty()) {
    add("train_loss of each epoch", EpochCurve(epochs, kTrainLoss), true);
  } else {
    add("loss of every step", LossCurve(steps, epochs.size()), true);
  }
  add(kValLoss, EpochCurve(epochs, kValLoss), true);
  add(kValAccuracy, EpochCurve(epochs, kValAccuracy), false);
  if (steps.empty()) {
    add("lr at each epoch's end", EpochRateCurve(epochs), false);
  } else {
    add("lr of every step", RateCurve(steps, epochs.size()), false);
  }
  return DrawPlots(plots, style);
}

}  // namespace lrsweep
