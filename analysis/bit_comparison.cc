#include "analysis/bit_comparison.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace lrsweep {
namespace {

double NumberOf(const std::optional<double>& number) { return number.value_or(std::nan("")); }

bool Same(double first, double second) {
  return first == second || (std::isnan(first) && std::isnan(second));
}

/// Whether the epoch recorded the metric.
bool HasValue(const EpochRow& epoch, const std::string& metric) {
  return std::isfinite(MetricOrNan(epoch.metrics, metric));
}

/// Whether epochs of lrsweep 0.1.0 lack the metric.
bool IsOfTestImages(const std::string& metric) {
  const MetricInfo* built_in = FindMetric(BuiltInMetrics(), metric);
  return built_in != nullptr && built_in->needs_validation;
}

/// Collects what differs within one epoch.
class Collector {
 public:
  Collector(int64_t epoch, BitComparison& comparison) : epoch_(epoch), comparison_(comparison) {}

  /// Returns whether they are the same.
  bool Compare(const std::optional<int64_t>& step, const std::string& what, double first,
               double second) {
    if (Same(first, second)) return true;
    const Difference difference{epoch_, step, what, first, second};
    if (!comparison_.earliest) comparison_.earliest = difference;
    const bool of_loss = difference.what.find("loss") != std::string::npos;
    std::optional<Difference>& greatest = comparison_.greatest;
    if (of_loss && (!greatest || difference.Size() > greatest->Size())) greatest = difference;
    return false;
  }

 private:
  int64_t epoch_;
  BitComparison& comparison_;
};

void CompareSteps(int64_t first_number, std::span<const StepRow> first,
                  std::span<const StepRow> second, Collector& collector,
                  BitComparison& comparison) {
  for (size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
    const int64_t step = first_number + static_cast<int64_t>(i);
    const bool lr = collector.Compare(step, "lr", first[i].lr, second[i].lr);
    const bool momentum =
        collector.Compare(step, "momentum", first[i].momentum, second[i].momentum);
    const bool loss = collector.Compare(step, "loss", static_cast<float>(first[i].loss),
                                        static_cast<float>(second[i].loss));
    ++comparison.steps;
    comparison.steps_that_differ += lr && momentum && loss ? 0 : 1;
  }
}

/// The metrics that either epoch has: the built-in ones in the order of their columns, then by
/// name.
std::vector<std::string> MetricsOf(const EpochRow& first, const EpochRow& second) {
  std::vector<std::string> names;
  const auto has = [&](const std::string& name) {
    return first.metrics.contains(name) || second.metrics.contains(name);
  };
  for (const MetricInfo& metric : BuiltInMetrics()) {
    if (has(metric.name)) names.push_back(metric.name);
  }
  Metrics all = first.metrics;
  all.insert(second.metrics.begin(), second.metrics.end());
  for (const auto& [name, value] : all) {
    if (FindMetric(BuiltInMetrics(), name) == nullptr) names.push_back(name);
  }
  return names;
}

}  // namespace

double Difference::Size() const {
  const double size = std::abs(second - first);
  return std::isnan(size) ? HUGE_VAL : size;
}

void CompareEpoch(const EpochRow& first, std::span<const StepRow> first_steps,
                  const EpochRow& second, std::span<const StepRow> second_steps,
                  BitComparison& comparison) {
  Collector collector(first.epoch, comparison);
  const auto count = static_cast<int64_t>(first_steps.size());
  CompareSteps(first.steps_done - count, first_steps, second_steps, collector, comparison);
  bool same = collector.Compare(std::nullopt, "steps_done", static_cast<double>(first.steps_done),
                                static_cast<double>(second.steps_done));
  same &= collector.Compare(std::nullopt, "lr", NumberOf(first.lr), NumberOf(second.lr));
  for (const std::string& name : MetricsOf(first, second)) {
    if (IsOfTestImages(name) && !(HasValue(first, name) && HasValue(second, name))) continue;
    same &= collector.Compare(std::nullopt, name, MetricOrNan(first.metrics, name),
                              MetricOrNan(second.metrics, name));
  }
  ++comparison.epochs;
  comparison.epochs_that_differ += same ? 0 : 1;
  const std::string& metric = comparison.metric;
  const double before = MetricOrNan(first.metrics, metric);
  const double after = MetricOrNan(second.metrics, metric);
  comparison.final_value.reset();
  if (!Same(before, after)) {
    comparison.final_value = {first.epoch, std::nullopt, metric, before, after};
  }
}

std::span<const StepRow> StepsOf(const std::vector<EpochRow>& epochs, size_t epoch,
                                 const std::vector<StepRow>& steps) {
  const auto begin = epoch == 0 ? 0 : static_cast<size_t>(epochs[epoch - 1].steps_done);
  const auto end = static_cast<size_t>(epochs[epoch].steps_done);
  if (end > steps.size() || begin > end) return {};
  return std::span(steps).subspan(begin, end - begin);
}

}  // namespace lrsweep
