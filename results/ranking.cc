#include "results/ranking.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace lrsweep {
namespace {

void CheckWord(const std::string& what, const std::string& word,
               const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return;
  std::string names;
  for (const std::string& name : known) {
    if (!names.empty()) names += ", ";
    names += name;
  }
  throw std::invalid_argument("unknown " + what + " '" + word + "': it is one of " + names);
}

double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  // As the `ranking` view rounds: half away from zero, and not where nothing is left to round.
  const double scaled = sum / static_cast<double>(values.size()) * 1e12;
  constexpr double kNoFraction = 4503599627370496.0;  // 2^52
  if (std::abs(scaled) > kNoFraction) return scaled / 1e12;
  return std::trunc(scaled + (scaled < 0 ? -0.5 : 0.5)) / 1e12;
}

std::optional<double> Score(const RankedCurve& curve, const Objective& objective) {
  const std::vector<double>& values = curve.values;
  if (curve.diverged || values.empty()) return std::nullopt;
  for (const double value : values) {
    if (!std::isfinite(value)) return std::nullopt;
  }
  if (objective.scope == "last") return values.back();
  if (objective.scope == "avg") return Mean(values);
  return objective.mode == "min" ? *std::min_element(values.begin(), values.end())
                                 : *std::max_element(values.begin(), values.end());
}

}  // namespace

const std::vector<std::string>& Metrics() {
  static const std::vector<std::string> kMetrics = {"train_loss", "val_loss", "val_accuracy"};
  return kMetrics;
}

void Check(const Objective& objective) {
  CheckWord("metric", objective.metric, Metrics());
  CheckWord("mode", objective.mode, {"max", "min"});
  CheckWord("scope", objective.scope, {"last", "best", "avg"});
}

std::string NaturalMode(const std::string& metric) {
  CheckWord("metric", metric, Metrics());
  return metric == "val_accuracy" ? "max" : "min";
}

std::vector<Placed> Rank(std::vector<RankedCurve> curves, const Objective& objective) {
  Check(objective);
  std::vector<Placed> ranking;
  ranking.reserve(curves.size());
  for (RankedCurve& curve : curves) {
    const std::optional<double> score = Score(curve, objective);
    ranking.push_back({0, std::move(curve.trial_id), score});
  }
  const double sign = objective.mode == "min" ? 1 : -1;
  std::sort(ranking.begin(), ranking.end(), [sign](const Placed& a, const Placed& b) {
    if (a.value.has_value() != b.value.has_value()) return a.value.has_value();
    if (a.value && *a.value != *b.value) return sign * *a.value < sign * *b.value;
    return a.trial_id < b.trial_id;
  });
  for (size_t i = 0; i < ranking.size(); ++i) ranking[i].place = static_cast<int64_t>(i) + 1;
  return ranking;
}

}  // namespace lrsweep
