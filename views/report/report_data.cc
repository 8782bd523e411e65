#include "views/report/report_data.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "analysis/ranked_sweep.h"
#include "analysis/statistics/summary.h"
#include "results/time_text.h"
#include "views/importance_text.h"
#include "views/metric_text.h"
#include "views/report/answer.h"
#include "views/report/attempt_columns.h"
#include "views/report/buckets.h"
#include "views/report/curve_columns.h"
#include "views/report/lineage_columns.h"
#include "views/report/trial_columns.h"

namespace lrsweep {
namespace {

constexpr int64_t kMostDegrees =
    60;  // beyond, Student's t is near its limit: the page uses the last
constexpr int kQuantileDigits = 7;

Json Quantiles() {
  Json quantiles = Json::array();
  for (int64_t degrees = 1; degrees <= kMostDegrees; ++degrees) {
    quantiles.push_back(Rounded(StudentQuantile(0.95, degrees), kQuantileDigits));
  }
  return quantiles;
}

Json ToJson(const Objective& objective, const MetricTable& metrics) {
  return {{"metric", objective.metric},
          {"mode", objective.mode},
          {"scope", objective.scope},
          {"text", Describe(objective)},
          {"share", IsShare(objective.metric, metrics)}};
}

Json ToJson(const MetricTable& table) {
  Json rows = Json::array();
  for (const MetricInfo& metric : table) {
    rows.push_back({{"name", metric.name},
                    {"label", metric.Label()},
                    {"max", metric.better == Better::kMore},
                    {"ordered", metric.better != Better::kUnknown},
                    {"from_0", metric.least == 0},
                    {"share", metric.IsShare()}});
  }
  return rows;
}

Json SweepJson(const ReportSource& source, const SweepRecord& sweep,
               const std::vector<RankedGroup>& groups, const Objective& objective) {
  const RankedSweep ranked(source.store, sweep, objective, 1);
  const TestValues test(source.store, objective);
  return {{"label", source.label},
          {"answer", AnswerSentences(groups, objective, source.store.Metrics(), test)},
          {"importance", ToJson(ExplainGroups(groups, source.store, objective))},
          {"name", sweep.name},
          {"objective", Describe(sweep.objective)},
          {"validation_images", OrNull(ranked.ValidationImages())},
          {"test_metric", OrNull(test.Metric())},
          {"engine", sweep.engine},
          {"of_program", sweep.IsOfProgram()},
          {"dataset_sha256", sweep.dataset_sha256},
          {"created_at", sweep.created_at},
          {"started_at", OrNull(sweep.started_at)},
          {"ended_at", OrNull(sweep.ended_at)},
          {"version", sweep.version},
          {"config", sweep.config_yaml}};
}

std::string TitleOf(const ReportInput& input) {
  std::set<std::string> names;
  std::string title;
  for (const SweepRecord& sweep : input.sweeps) {
    if (!names.insert(sweep.name).second) continue;
    if (!title.empty()) title += ", ";
    title += sweep.name;
  }
  return title + " - lrsweep report";
}

}  // namespace

ReportData MakeReportData(const std::vector<ReportSource>& sources, const ReportOptions& options) {
  const ReportInput input = ReadReportInput(sources, options.objective);
  Json sweeps = Json::array();
  for (size_t i = 0; i < sources.size(); ++i) {
    sweeps.push_back(SweepJson(sources[i], input.sweeps[i], input.groups[i], input.objective));
  }
  const Json data = {{"generated_at", UtcNow()},
                     {"version", options.version},
                     {"reload_seconds", options.reload_seconds},
                     {"objective", ToJson(input.objective, input.metrics)},
                     {"metrics", ToJson(input.metrics)},
                     {"t95", Quantiles()},
                     {"sweeps", std::move(sweeps)},
                     {"trials", TrialColumns(input)},
                     {"groups", GroupColumns(input)},
                     {"axes", AxisColumns(input)},
                     {"epochs", EpochColumns(input)},
                     {"steps", StepColumns(sources, input)},
                     {"attempts", AttemptColumns(sources, input)},
                     {"lineage", LineageColumns(input)}};
  return {TitleOf(input), Dump(data)};
}

}  // namespace lrsweep
