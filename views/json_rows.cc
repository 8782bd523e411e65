#include "views/json_rows.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "results/stored_params.h"

namespace lrsweep {
namespace {

/// The 95% interval of the mean; none where there is none.
std::optional<Interval> IntervalOf(const RankedGroup& group) {
  return group.summary ? group.summary->interval95 : std::nullopt;
}

}  // namespace

Json FiniteOrNull(double number) { return std::isfinite(number) ? Json(number) : Json(nullptr); }

Json ToJson(const Cell& cell) {
  if (const auto* integer = std::get_if<int64_t>(&cell)) return *integer;
  if (const auto* real = std::get_if<double>(&cell)) return *real;
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return nullptr;
}

Cell ToCell(const Json& json) {
  if (json.is_boolean()) return int64_t{json.get<bool>()};
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number()) return json.get<double>();
  return json.is_string() ? Cell(json.get<std::string>()) : Cell();
}

Json LowOf(const std::optional<Interval>& interval) {
  return interval ? Json(interval->low) : Json(nullptr);
}

Json HighOf(const std::optional<Interval>& interval) {
  return interval ? Json(interval->high) : Json(nullptr);
}

const Columns<TrialRow>& TrialTable() {
  static const Columns<TrialRow> kTable = {
      {"number", [](const TrialRow& row) { return row.index; }},
      {"trial_id", [](const TrialRow& row) { return row.trial_id; }},
      {"group_id", [](const TrialRow& row) { return row.group_id; }},
      {"state", [](const TrialRow& row) { return row.state; }},
      {"scheduler", [](const TrialRow& row) { return row.scheduler; }},
      {"seed", [](const TrialRow& row) { return row.seed; }},
      {"error", [](const TrialRow& row) { return OrNull(row.error); }},
      {"started_at", [](const TrialRow& row) { return OrNull(row.started_at); }},
      {"wall_seconds", [](const TrialRow& row) { return row.wall_seconds; }},
      {"epochs_done", [](const TrialRow& row) { return row.epochs_done; }},
      {"shared_epochs", [](const TrialRow& row) { return row.shared_epochs; }},
      {"diverged", [](const TrialRow& row) { return row.diverged; }},
      {"in_space", [](const TrialRow& row) { return row.in_space; }},
      {"objective_value", [](const TrialRow& row) { return OrNull(row.objective_value); }},
      {"point", [](const TrialRow& row) { return OrNull(row.point); }},
      {"budget", [](const TrialRow& row) { return OrNull(row.budget); }},
      {"rung", [](const TrialRow& row) { return OrNull(row.rung); }},
      {"bracket", [](const TrialRow& row) { return OrNull(row.bracket); }},
      {"stopped_by", [](const TrialRow& row) { return OrNull(row.stopped_by); }},
      {"promoted", [](const TrialRow& row) { return row.promoted; }}};
  return kTable;
}

const Columns<AttemptRow>& AttemptTable() {
  static const Columns<AttemptRow> kTable = {
      {"attempt", [](const AttemptRow& row) { return row.attempt; }},
      {"worker", [](const AttemptRow& row) { return row.by.worker; }},
      {"host", [](const AttemptRow& row) { return row.by.host; }},
      {"device", [](const AttemptRow& row) { return row.by.device; }},
      {"engine", [](const AttemptRow& row) { return row.by.engine; }},
      {"cpu_target", [](const AttemptRow& row) { return row.by.cpu_target; }},
      {"pack_size", [](const AttemptRow& row) { return row.pack_size; }},
      {"started_at", [](const AttemptRow& row) { return row.started_at; }},
      {"ended_at", [](const AttemptRow& row) { return OrNull(row.ended_at); }},
      {"first_epoch", [](const AttemptRow& row) { return row.first_epoch; }},
      {"outcome", [](const AttemptRow& row) { return OrNull(row.outcome); }},
      {"error", [](const AttemptRow& row) { return OrNull(row.error); }}};
  return kTable;
}

Columns<EpochRow> EpochTable(const MetricTable& metrics) {
  Columns<EpochRow> table = {{"epoch", [](const EpochRow& row) { return row.epoch; }},
                             {"steps_done", [](const EpochRow& row) { return row.steps_done; }},
                             {"lr", [](const EpochRow& row) { return OrNull(row.lr); }}};
  for (const MetricInfo& metric : metrics) {
    static const std::vector<std::string> kTaken = {"trial_id", "steps_done", "wall_seconds",
                                                    "trained_by"};
    const bool is_taken = std::find(kTaken.begin(), kTaken.end(), metric.name) != kTaken.end();
    table.push_back({is_taken ? "metrics." + metric.name : metric.name,
                     [name = metric.name](const EpochRow& row) {
                       return FiniteOrNull(MetricOrNan(row.metrics, name));
                     }});
  }
  table.push_back({"wall_seconds", [](const EpochRow& row) { return row.wall_seconds; }});
  table.push_back({"trained_by", [](const EpochRow& row) {
                     return row.trained_by.empty() ? Json() : Json(row.trained_by);
                   }});
  return table;
}

Columns<RankedGroup> GroupTable(const Objective& objective) {
  using Group = RankedGroup;
  return {
      {"place", [](const Group& group) { return group.place; }},
      {"group_id", [](const Group& group) { return group.group_id; }},
      {"scheduler", [](const Group& group) { return group.scheduler; }},
      {"label", [](const Group& group) { return group.label; }},
      {"n", [](const Group& group) { return group.summary ? group.summary->n : 0; }},
      {"mean",
       [](const Group& group) { return group.summary ? Json(group.summary->mean) : Json(); }},
      {"sd", [](const Group& group) { return group.summary ? OrNull(group.summary->sd) : Json(); }},
      {"low", [](const Group& group) { return LowOf(IntervalOf(group)); }},
      {"high", [](const Group& group) { return HighOf(IntervalOf(group)); }},
      {"best", [objective](const Group& group) { return OrNull(group.Best(objective)); }},
      {"worst", [objective](const Group& group) { return OrNull(group.Worst(objective)); }},
      {"diverged", [](const Group& group) { return group.diverged; }},
      {"never", [](const Group& group) { return group.never; }},
      {"unfinished", [](const Group& group) { return group.unfinished; }},
      {"budget",
       [](const Group& group) { return group.budget > 0 ? Json(group.budget) : Json(); }}};
}

Json ToJson(const TrialRow& trial) {
  static const Columns<TrialRow> kPrinted = Picked(
      TrialTable(), {"trial_id", "group_id", "state", "scheduler", "seed", "epochs_done",
                     "shared_epochs", "diverged", "in_space", "error", "started_at", "wall_seconds",
                     "point", "budget", "rung", "bracket", "stopped_by", "promoted"});
  Json json = ObjectOf(trial, kPrinted);
  json["params"] = PrintedJson(StoredParams(trial.params_json));
  return json;
}

Json ToJson(const std::optional<RangeTest>& test) {
  if (!test) return nullptr;
  return {{"steepest_lr", test->steepest_lr},
          {"last_stable_lr", test->last_stable_lr},
          {"diverged", test->diverged},
          {"base_lr", test->base_lr},
          {"max_lr", test->max_lr}};
}

}  // namespace lrsweep
