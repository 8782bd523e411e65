#include "views/report/lineage_columns.h"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace lrsweep {
namespace {

/// The spans of a trial's epochs that name the same trial, as [index of that one, last epoch].
Json SharedSpans(const ReportTrial& trial, std::map<std::string, size_t>& indices, Json& named) {
  Json spans = nullptr;
  for (const EpochRow& row : trial.epochs) {
    if (row.trained_by.empty()) break;
    const auto [found, is_new] = indices.emplace(row.trained_by, named.size());
    if (is_new) named.push_back(row.trained_by);
    if (!spans.is_null() && spans.back()[0] == found->second) {
      spans.back()[1] = row.epoch;
    } else {
      spans.push_back({found->second, row.epoch});
    }
  }
  return spans;
}

/// Adds the sums. A row of a user's program stands for all epochs since the one before.
void AddWork(const ReportInput& input, Json& columns) {
  std::set<std::tuple<size_t, std::string, int64_t>> trained;  // sweep, trial and epoch
  WorkDone work;
  for (const ReportTrial& trial : input.trials) {
    int64_t before = 0;
    for (const EpochRow& row : trial.epochs) {
      const int64_t epochs = row.epoch - std::exchange(before, row.epoch);
      const std::string& by = row.trained_by.empty() ? trial.row.trial_id : row.trained_by;
      work.epochs_recorded += epochs;
      work.seconds_recorded += row.wall_seconds;
      if (!trained.emplace(trial.sweep, by, row.epoch).second) continue;
      work.epochs_trained += epochs;
      work.seconds_trained += row.wall_seconds;
    }
  }
  columns["epochs_recorded"] = work.epochs_recorded;
  columns["epochs_trained"] = work.epochs_trained;
  columns["seconds_recorded"] = work.seconds_recorded;
  columns["seconds_trained"] = work.seconds_trained;
}

}  // namespace

Json LineageColumns(const ReportInput& input) {
  Json spans = Json::array();
  Json named = Json::array();
  std::map<std::string, size_t> indices;
  for (const ReportTrial& trial : input.trials) {
    spans.push_back(SharedSpans(trial, indices, named));
  }
  if (named.empty()) spans.clear();
  Json columns = {{"trained_by", std::move(spans)}, {"named", std::move(named)}};
  AddWork(input, columns);
  return columns;
}

}  // namespace lrsweep
