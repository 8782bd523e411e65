#include "results/ranking.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace lrsweep {
namespace {

/// To 12 decimals as SQLite's round() does: half away from zero, and not where nothing is left to
/// round.
double Rounded(double number) {
  const double scaled = number * 1e12;
  constexpr double kNoFraction = 4503599627370496.0;  // 2^52
  if (std::abs(scaled) > kNoFraction) return scaled / 1e12;
  return std::trunc(scaled + (scaled < 0 ? -0.5 : 0.5)) / 1e12;
}

template <typename Iterator>
double Mean(Iterator begin, Iterator end) {
  return std::accumulate(begin, end, 0.0) / static_cast<double>(std::distance(begin, end));
}

double Best(const std::vector<double>& values, bool most) {
  return most ? *std::max_element(values.begin(), values.end())
              : *std::min_element(values.begin(), values.end());
}

double InScope(const std::vector<double>& values, const Objective& objective) {
  if (objective.scope == "best") return Best(values, objective.mode == "max");
  if (objective.scope == "avg") return Rounded(Mean(values.begin(), values.end()));
  const auto last = static_cast<size_t>(LastEpochsOf(objective.scope));
  if (last == 0) return values.back();
  const auto skipped = values.size() - std::min(last, values.size());
  return Rounded(Mean(values.begin() + static_cast<std::ptrdiff_t>(skipped), values.end()));
}

double AreaUnder(const RankedCurve& curve) {
  const std::vector<double>& values = curve.values;
  if (values.size() == 1) return Rounded(values[0]);
  double area = 0;
  for (size_t i = 1; i < values.size(); ++i) {
    const auto width = static_cast<double>(curve.epochs.at(i) - curve.epochs.at(i - 1));
    area += (values[i] + values[i - 1]) / 2 * width;
  }
  return Rounded(area / static_cast<double>(curve.epochs.back() - curve.epochs.front()));
}

std::optional<double> FirstReached(const RankedCurve& curve, const Metric& metric) {
  for (size_t i = 0; i < curve.values.size(); ++i) {
    const double value = curve.values[i];
    if (metric.MoreIsBetter() ? value < metric.threshold : value > metric.threshold) continue;
    if (metric.derivation == Derivation::kEpochsTo) return static_cast<double>(curve.epochs.at(i));
    if (metric.derivation == Derivation::kStepsTo) {
      return static_cast<double>(curve.steps_done.at(i));
    }
    return Rounded(curve.elapsed_seconds.at(i));
  }
  return std::nullopt;
}

}  // namespace

void RankedCurve::Add(int64_t epoch, double value, int64_t steps, double seconds) {
  wall_seconds += seconds;
  if (is_sparse && !std::isfinite(value)) return;
  values.push_back(value);
  epochs.push_back(epoch);
  steps_done.push_back(steps);
  elapsed_seconds.push_back(wall_seconds);
}

std::optional<double> Score(const RankedCurve& curve, const Objective& objective,
                            const MetricTable& table) {
  Check(objective, table);
  const std::vector<double>& values = curve.values;
  if (curve.diverged || values.empty()) return std::nullopt;
  if (!std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) {
    return std::nullopt;
  }
  const Metric metric = ParseMetric(objective.metric, table);
  if (!metric.IsDerived()) return InScope(values, objective);
  if (metric.HasThreshold()) return FirstReached(curve, metric);
  if (metric.derivation == Derivation::kAreaUnder) return AreaUnder(curve);
  return Rounded(values.back() - Best(values, metric.MoreIsBetter()));
}

}  // namespace lrsweep
