#include "views/report/curve_columns.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
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

/// One number for each of the kept epochs of each trial, up to its last; null for one that it did
/// not report.
template <typename ValueOf>
Json EpochCurves(const std::vector<ReportTrial>& trials, const std::vector<int64_t>& kept,
                 const ValueOf& value_of) {
  Json curves = Json::array();
  for (const ReportTrial& trial : trials) {
    Json values = Json::array();
    auto row = trial.epochs.begin();
    for (const int64_t epoch : kept) {
      while (row != trial.epochs.end() && row->epoch < epoch) ++row;
      if (row == trial.epochs.end()) break;
      values.push_back(row->epoch == epoch ? NumberOrNull(value_of(*row), kEpochDigits) : Json());
    }
    curves.push_back(std::move(values));
  }
  return curves;
}

/// The epochs that some trial reported, ascending: those with a value of `metric`; all where it is
/// empty or no trial has it.
std::vector<int64_t> EpochsWith(const std::string& metric, const ReportInput& input) {
  std::set<int64_t> epochs;
  for (const ReportTrial& trial : input.trials) {
    for (const EpochRow& row : trial.epochs) {
      if (metric.empty() || row.metrics.contains(metric)) epochs.insert(row.epoch);
    }
  }
  if (epochs.empty() && !metric.empty()) return EpochsWith("", input);
  return {epochs.begin(), epochs.end()};
}

/// At most `most` (at least 2) of these epochs at equal distances, the first and the last among
/// them.
std::vector<int64_t> Some(const std::vector<int64_t>& epochs, size_t most) {
  std::vector<int64_t> kept;
  for (const int64_t one :
       KeptEpochs(static_cast<int64_t>(epochs.size()), static_cast<int64_t>(most))) {
    kept.push_back(epochs[static_cast<size_t>(one) - 1]);
  }
  return kept;
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
  const std::vector<int64_t> all = EpochsWith("", input);
  const size_t most = Share(kEpochValues, input.trials.size(), 8, all.size() + 2);
  // Where not all can be kept, those with a value of what ranks: a program may report it at every
  // tenth epoch alone.
  const std::vector<int64_t> kept =
      all.size() <= most
          ? all
          : Some(EpochsWith(ParseKnownMetric(input.objective.metric).recorded, input), most);
  Json columns = {{"kept", kept}, {"thinned", kept.size() < all.size()}};
  Json& metrics = columns["metrics"] = Json::object();
  for (const MetricInfo& metric : input.metrics) {
    metrics[metric.name] = EpochCurves(input.trials, kept, [&](const EpochRow& row) {
      return MetricOrNan(row.metrics, metric.name);
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
    const bool has_loss = std::any_of(steps.begin(), steps.end(),
                                      [](const StepRow& step) { return !std::isnan(step.loss); });
    losses.push_back(has_loss ? LossCurve(Losses(steps), loss_span) : Json());
    rate_of.push_back(rates.Index(RateCurve(Rates(steps), rate_span)));
  }
  return {{"loss_span", loss_span},
          {"rate_span", rate_span},
          {"loss", std::move(losses)},
          {"rates", rates.All()},
          {"rate_of", std::move(rate_of)}};
}

}  // namespace lrsweep
