#include "views/exports/tensorboard.h"

#include <algorithm>
#include <map>
#include <set>

#include "views/exports/event_file.h"
#include "views/exports/hparams.h"
#include "views/exports/output.h"
#include "views/exports/parameter_columns.h"
#include "views/metric_text.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

/// The parameters that are not the same in all trials, with their values; all parameters where none
/// differs.
std::vector<HParam> ChooseHParams(const Store& store, const ParameterColumns& columns) {
  std::vector<std::set<Json>> values(columns.Paths().size());
  store.EachTrial([&](const TrialRow& trial) {
    if (!trial.in_space) return;
    const std::vector<Json> cells = columns.Values(trial.params_json);
    for (size_t i = 0; i < cells.size(); ++i) {
      if (!cells[i].is_null()) values[i].insert(cells[i]);
    }
  });
  const bool any =
      std::any_of(values.begin(), values.end(), [](const auto& set) { return set.size() > 1; });
  std::vector<HParam> hparams;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].size() <= (any ? 1U : 0U)) continue;
    hparams.push_back({columns.Paths()[i], {values[i].begin(), values[i].end()}});
  }
  return hparams;
}

HParamsStatus StatusOf(const TrialRow& trial) {
  if (trial.state == "completed") return HParamsStatus::kSuccess;
  if (trial.state == "failed" || trial.state == "stopped") return HParamsStatus::kFailure;
  return trial.state == "running" ? HParamsStatus::kRunning : HParamsStatus::kUnknown;
}

class Writer {
 public:
  Writer(const Store& store, fs::path folder)
      : folder_(std::move(folder)), columns_(store), hparams_(ChooseHParams(store, columns_)) {}

  void WriteExperiment(const SweepRecord& sweep, const std::vector<std::string>& metrics) const {
    const double created = UnixSeconds(sweep.created_at);
    EventFile file(folder_, created);
    file.AddHParams(created, kExperimentTag,
                    HParamsExperiment(sweep.name, "ranked by " + sweep.objective.metric, created,
                                      hparams_, metrics));
    file.Finish();
  }

  void WriteRun(const Run& run) {
    const fs::path folder =
        folder_ / names_.Add(SafeName(run.name) + "," + SafeName(run.trial.trial_id));
    fs::create_directory(folder);
    EventFile file(folder, run.started);
    file.AddHParams(run.started, kSessionStartTag,
                    HParamsSessionStart(HParamsOf(run.trial), run.started));
    for (const RunStep& step : run.steps) {
      file.AddScalars(step.time, step.step, {{step.name, step.value}});
    }
    for (const RunEpoch& epoch : run.epochs) {
      file.AddScalars(epoch.time, epoch.epoch, epoch.scalars);
    }
    file.AddHParams(run.ended, kSessionEndTag, HParamsSessionEnd(StatusOf(run.trial), run.ended));
    file.Finish();
  }

 private:
  std::map<std::string, Json> HParamsOf(const TrialRow& trial) const {
    const std::vector<Json> cells = columns_.Values(trial.params_json);
    std::map<std::string, Json> chosen;
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string& path = columns_.Paths()[i];
      const bool wanted = std::any_of(hparams_.begin(), hparams_.end(),
                                      [&path](const HParam& one) { return one.name == path; });
      if (wanted && !cells[i].is_null()) chosen.emplace(path, cells[i]);
    }
    return chosen;
  }

  fs::path folder_;
  ParameterColumns columns_;
  std::vector<HParam> hparams_;
  UniqueNames names_;
};

}  // namespace

void WriteTensorBoard(const Store& store, const fs::path& folder, const RunOptions& options) {
  Writer writer(store, folder);
  std::vector<std::string> metrics;
  const SweepRecord sweep = store.Sweep();
  for (const MetricInfo& metric : InOrderOfInterest(store.Metrics(), sweep)) {
    metrics.push_back(metric.name);
  }
  writer.WriteExperiment(sweep, metrics);
  EachRun(store, options, [&](const Run& run) { writer.WriteRun(run); });
}

}  // namespace lrsweep
