#include "views/json_rows.h"

#include <utility>

namespace lrsweep {

Json ToJson(const Cell& cell) {
  if (const auto* integer = std::get_if<int64_t>(&cell)) return *integer;
  if (const auto* real = std::get_if<double>(&cell)) return *real;
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return nullptr;
}

Json LowOf(const std::optional<Interval>& interval) {
  return interval ? Json(interval->low) : Json(nullptr);
}

Json HighOf(const std::optional<Interval>& interval) {
  return interval ? Json(interval->high) : Json(nullptr);
}

Json ToJson(const TrialRow& trial) {
  Json params = Json::parse(trial.params_json, nullptr, false);
  if (!params.is_object()) throw StoreError("trial " + trial.trial_id + ": params are no JSON");
  return {{"trial_id", trial.trial_id},
          {"group_id", trial.group_id},
          {"state", trial.state},
          {"scheduler", trial.scheduler},
          {"seed", trial.seed},
          {"epochs_done", trial.epochs_done},
          {"diverged", trial.diverged},
          {"in_space", trial.in_space},
          {"error", OrNull(trial.error)},
          {"started_at", OrNull(trial.started_at)},
          {"wall_seconds", trial.wall_seconds},
          {"params", std::move(params)}};
}

Json ToJson(const AttemptRow& attempt) {
  return {{"attempt", attempt.attempt},
          {"worker", attempt.by.worker},
          {"host", attempt.by.host},
          {"device", attempt.by.device},
          {"engine", attempt.by.engine},
          {"cpu_target", attempt.by.cpu_target},
          {"pack_size", attempt.pack_size},
          {"started_at", attempt.started_at},
          {"ended_at", OrNull(attempt.ended_at)},
          {"first_epoch", attempt.first_epoch},
          {"outcome", OrNull(attempt.outcome)},
          {"error", OrNull(attempt.error)}};
}

Json ToJson(const EpochRow& epoch) {
  return {{"epoch", epoch.epoch},
          {"steps_done", epoch.steps_done},
          {"lr", OrNull(epoch.lr)},
          {"train_loss", OrNull(epoch.train_loss)},
          {"val_loss", OrNull(epoch.val_loss)},
          {"val_accuracy", OrNull(epoch.val_accuracy)},
          {"wall_seconds", epoch.wall_seconds}};
}

Json ToJson(const std::optional<RangeTest>& test) {
  if (!test) return nullptr;
  return {{"steepest_lr", test->steepest_lr},
          {"last_stable_lr", test->last_stable_lr},
          {"diverged", test->diverged},
          {"base_lr", test->base_lr},
          {"max_lr", test->max_lr}};
}

std::string ValidUtf8(const std::string& text) {
  return Json::parse(Dump(text)).get<std::string>();
}

std::string Print(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lrsweep
