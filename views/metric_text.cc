#include "views/metric_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "params/text.h"

namespace lrsweep {
namespace {

// From one to the other four decimals say enough.
constexpr double kSmall = 1e-4;
constexpr double kGreat = 1e6;

}  // namespace

std::string Describe(const Objective& objective) {
  if (ParseKnownMetric(objective.metric).IsDerived()) {
    return fmt::format("{} ({})", objective.metric, objective.mode);
  }
  std::string scope = objective.scope + " epoch";
  if (objective.scope == "avg") scope = "mean of the epochs";
  if (const int64_t last = LastEpochsOf(objective.scope); last > 0) {
    scope = fmt::format("mean of the last {} epochs", last);
  }
  return fmt::format("{} ({}, {})", objective.metric, objective.mode, scope);
}

std::string NumberText(const std::string& metric, double value) {
  const std::string unit = UnitOf(ParseKnownMetric(metric));
  if (unit == "s") return fmt::format("{:.2f}", value);
  if (!unit.empty()) return fmt::format("{:.{}f}", value, value == std::floor(value) ? 0 : 1);
  const double size = std::abs(value);
  const bool is_usual = value == 0 || (size >= kSmall && size < kGreat);
  return is_usual ? fmt::format("{:.4f}", value) : fmt::format("{:.4e}", value);
}

DifferenceText::DifferenceText(const std::string& metric, bool is_share, double size)
    : unit_(UnitOf(ParseKnownMetric(metric))) {
  if (is_share) {
    factor_ = 100;
    unit_ = "percentage points";
  }
  // Two significant digits: 0.12, 0.012, 1.2, 12.
  const double shown = std::abs(size) * factor_;
  const double leading = shown > 0 ? std::floor(std::log10(shown)) : 0;
  digits_ = static_cast<int>(std::clamp(1 - leading, is_share ? 2.0 : 0.0, 9.0));
}

std::string DifferenceText::Number(double difference) const {
  return fmt::format("{:.{}f}", difference * factor_, digits_);
}

std::string DifferenceText::WithUnit(double difference) const {
  return unit_.empty() ? Number(difference) : Number(difference) + ' ' + unit_;
}

std::string MetricText(const std::string& metric, const std::optional<double>& value,
                       bool diverged) {
  if (value) return NumberText(metric, *value);
  if (diverged) return "diverged";
  return ParseKnownMetric(metric).HasThreshold() ? "never" : "none";
}

std::string TiedText(int64_t others, const std::string& noun, const std::string& number) {
  if (others < 1) return "";
  return fmt::format(" ({} {} the same {})", Counted(others, "other " + noun),
                     others == 1 ? "has" : "have", number);
}

std::string BudgetText(int64_t budget) {
  return budget > 0 ? " after " + Counted(budget, "epoch") : "";
}

MetricTable InOrderOfInterest(const MetricTable& table, const SweepRecord& sweep) {
  MetricTable ordered = table;
  if (sweep.IsOfProgram()) {
    const std::string first = ParseKnownMetric(sweep.objective.metric).recorded;
    std::stable_partition(ordered.begin(), ordered.end(),
                          [&first](const MetricInfo& metric) { return metric.name == first; });
    return ordered;
  }
  const auto rank = [](const MetricInfo& metric) {
    const auto first = {kValAccuracy, kValLoss, kTrainLoss, kTestAccuracy, kTestLoss};
    return std::find(first.begin(), first.end(), metric.name) - first.begin();
  };
  std::stable_sort(ordered.begin(), ordered.end(),
                   [&rank](const MetricInfo& a, const MetricInfo& b) { return rank(a) < rank(b); });
  return ordered;
}

}  // namespace lrsweep
