#include "views/report/curve_columns.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "views/report/buckets.h"
#include "views/report/distinct.h"

namespace lrsweep {
namespace {

// The most values of all curves together: a page of 500 trials of 20 epochs stays well below 3 MB.
constexpr size_t kEpochValues = 80'000;
constexpr size_t kLossBuckets = 40'000;
constexpr size_t kRateBuckets = 20'000;
constexpr int kLossDigits = 4;  // a pixel of a chart is about a thousandth of it
constexpr int kRateDigits = 5;
constexpr int kEpochDigits = 6;

size_t Share(size_t budget, size_t curves, size_t least, size_t most) {
  return std::clamp(budget / std::max<size_t>(curves, 1), least, most);
}

Json NumberOrNull(double number, int digits) {
  return std::isfinite(number) ? Json(Rounded(number, digits)) : Json();
}

/// One number for each of the kept epochs of each trial.
template <typename ValueOf>
Json EpochCurves(const std::vector<ReportTrial>& trials, const std::vector<int64_t>& kept,
                 const ValueOf& value_of) {
  Json curves = Json::array();
  for (const ReportTrial& trial : trials) {
    Json values = Json::array();
    for (const int64_t epoch : kept) {
      if (epoch > static_cast<int64_t>(trial.epochs.size())) break;
      const EpochRow& row = trial.epochs[static_cast<size_t>(epoch) - 1];
      values.push_back(NumberOrNull(value_of(row), kEpochDigits));
    }
    curves.push_back(std::move(values));
  }
  return curves;
}

std::vector<double> Rates(const std::vector<StepRow>& steps) {
  std::vector<double> rates;
  rates.reserve(steps.size());
  for (const StepRow& step : steps) rates.push_back(step.lr);
  return rates;
}

std::vector<double> Losses(const std::vector<StepRow>& steps) {
  std::vector<double> losses;
  losses.reserve(steps.size());
  for (const StepRow& step : steps) losses.push_back(step.loss);
  return losses;
}

Json RateCurve(const std::vector<double>& rates, size_t size) {
  Json values = Json::array();
  for (const Bucket& bucket : ToBuckets(rates, size)) {
    values.push_back(NumberOrNull(bucket.first, kRateDigits));
    values.push_back(NumberOrNull(bucket.second, kRateDigits));
  }
  return {{"n", rates.size()},
          {"v", std::move(values)},
          {"peak", *std::max_element(rates.begin(), rates.end())}};
}

Json LossCurve(const std::vector<double>& losses, size_t size) {
  Json values = Json::array();
  for (const Bucket& bucket : ToBuckets(losses, size)) {
    for (const double value : {bucket.first, bucket.second, bucket.mean}) {
      values.push_back(NumberOrNull(value, kLossDigits));
    }
  }
  return {{"n", losses.size()}, {"v", std::move(values)}};
}

size_t MostSteps(const ReportInput& input) {
  int64_t most = 0;
  for (const ReportTrial& trial : input.trials) {
    if (!trial.epochs.empty()) most = std::max(most, trial.epochs.back().steps_done);
  }
  return static_cast<size_t>(most);
}

}  // namespace

Json EpochColumns(const ReportInput& input) {
  size_t longest = 0;
  for (const ReportTrial& trial : input.trials) longest = std::max(longest, trial.epochs.size());
  const size_t most = Share(kEpochValues, input.trials.size(), 8, longest + 2);
  const std::vector<int64_t> kept =
      KeptEpochs(static_cast<int64_t>(longest), static_cast<int64_t>(most));
  Json columns = {{"kept", kept}, {"thinned", kept.size() < longest}};
  for (const MetricInfo& metric : input.metrics) {
    columns[metric.name] = EpochCurves(input.trials, kept, [&](const EpochRow& row) {
      const auto found = row.metrics.find(metric.name);  // of another sweep it may be unknown
      return found == row.metrics.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
    });
  }
  columns["lr"] = EpochCurves(input.trials, kept, [](const EpochRow& row) {
    return row.lr.value_or(std::numeric_limits<double>::quiet_NaN());
  });
  return columns;
}

Json StepColumns(const std::vector<ReportSource>& sources, const ReportInput& input) {
  const size_t steps_of_longest = MostSteps(input);
  const size_t loss_span =
      BucketSize(steps_of_longest, Share(kLossBuckets, input.trials.size(), 8, 200));
  const size_t rate_span =
      BucketSize(steps_of_longest, Share(kRateBuckets, input.CountGroups(), 16, 200));
  Json losses = Json::array();
  Distinct rates;
  Json rate_of = Json::array();
  for (const ReportTrial& trial : input.trials) {
    const std::vector<StepRow> steps = sources[trial.sweep].store.Steps(trial.row.trial_id);
    if (steps.empty()) {
      losses.push_back(nullptr);
      rate_of.push_back(-1);
      continue;
    }
    losses.push_back(LossCurve(Losses(steps), loss_span));
    rate_of.push_back(rates.Index(RateCurve(Rates(steps), rate_span)));
  }
  return {{"loss_span", loss_span},
          {"rate_span", rate_span},
          {"loss", std::move(losses)},
          {"rates", rates.All()},
          {"rate_of", std::move(rate_of)}};
}

}  // namespace lrsweep
