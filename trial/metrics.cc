#include "trial/metrics.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace lrsweep {

const MetricTable& BuiltInMetrics() {
  static const MetricTable kMetrics = {
      {.name = kTrainLoss,
       .better = Better::kLess,
       .unit = "cross-entropy, nats",
       .help = "mean of the losses of the epoch's batches, while training",
       .least = 0,
       .marks_divergence = true},
      {.name = kValLoss,
       .better = Better::kLess,
       .unit = "cross-entropy, nats",
       .help = "mean cross-entropy over the evaluation images",
       .least = 0,
       .marks_divergence = true},
      {.name = kValAccuracy,
       .better = Better::kMore,
       .unit = "share, 0 to 1",
       .help = "share of the evaluation images that is classified correctly, 0 to 1",
       .least = 0,
       .greatest = 1},
      {.name = kTestLoss,
       .better = Better::kLess,
       .unit = "cross-entropy, nats",
       .help = "mean cross-entropy over the test images, beside that over held-back images",
       .least = 0,
       .needs_validation = true},
      {.name = kTestAccuracy,
       .better = Better::kMore,
       .unit = "share, 0 to 1",
       .help = "share of the test images that is classified correctly, beside that of held-back "
               "images",
       .least = 0,
       .greatest = 1,
       .needs_validation = true}};
  return kMetrics;
}

MetricTable BuiltInMetrics(bool has_validation) {
  MetricTable table = BuiltInMetrics();
  std::erase_if(table,
                [=](const MetricInfo& row) { return row.needs_validation > has_validation; });
  return table;
}

const MetricInfo* FindMetric(const MetricTable& table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [name](const MetricInfo& row) { return row.name == name; });
  return found == table.end() ? nullptr : &*found;
}

std::string NamesOf(const MetricTable& table) {
  std::string names;
  for (const MetricInfo& metric : table) names += (names.empty() ? "" : ", ") + metric.name;
  return names;
}

double MetricValue(const Metrics& metrics, std::string_view name) {
  const auto found = metrics.find(name);
  if (found != metrics.end()) return found->second;
  std::string known;
  for (const auto& [other, value] : metrics) known += (known.empty() ? "" : ", ") + other;
  throw std::invalid_argument("the epoch has no metric '" + std::string(name) + "': it has " +
                              (known.empty() ? "none" : known));
}

double MetricOrNan(const Metrics& metrics, std::string_view name) {
  const auto found = metrics.find(name);
  return found == metrics.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

bool Diverged(const Metrics& metrics) {
  return std::any_of(metrics.begin(), metrics.end(), [](const auto& metric) {
    const MetricInfo* row = FindMetric(BuiltInMetrics(), metric.first);
    return row != nullptr && row->marks_divergence && !std::isfinite(metric.second);
  });
}

}  // namespace lrsweep
