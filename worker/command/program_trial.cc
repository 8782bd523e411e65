#include "worker/command/program_trial.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "params/json_value.h"
#include "params/names.h"
#include "params/text.h"
#include "trial/optimizers.h"
#include "trial/step_rates.h"
#include "worker/command/rate_check.h"

namespace lrsweep {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int64_t kMostStepsOfReport = 20'000'000;

/// The number at a path; 0 where there is none.
double NumberAt(const Map& params, const char* path) {
  const Value* value = Find(params, path);
  if (value == nullptr) return 0;
  if (const auto* real = value->As<double>()) return *real;
  if (const auto* integer = value->As<int64_t>()) return static_cast<double>(*integer);
  return 0;
}

std::string EpochText(int64_t epoch) { return "epoch " + std::to_string(epoch); }

}  // namespace

std::string EncodeProgramCheckpoint(const ProgramCheckpoint& checkpoint) {
  nlohmann::json json = {{"path", checkpoint.path},
                         {"steps", checkpoint.steps_done},
                         {"reported", checkpoint.reported}};
  if (!checkpoint.metric_history.empty()) json["history"] = checkpoint.metric_history;
  if (checkpoint.bytes) json["bytes"] = *checkpoint.bytes;
  return json.dump();
}

ProgramCheckpoint DecodeProgramCheckpoint(const std::string& bytes) {
  try {
    const auto json = nlohmann::json::parse(bytes);
    ProgramCheckpoint checkpoint{json.at("path").get<std::string>(),
                                 json.at("steps").get<int64_t>(),
                                 json.at("reported").get<std::set<std::string>>(),
                                 {}};
    for (const auto& value : json.value("history", nlohmann::json::array())) {
      checkpoint.metric_history.push_back(value.is_null() ? kNan : value.get<double>());
    }
    if (json.contains("bytes")) checkpoint.bytes = json["bytes"].get<int64_t>();
    return checkpoint;
  } catch (const nlohmann::json::exception& error) {
    throw std::invalid_argument("it does not say where it is: " + OneLine(error.what()));
  }
}

TrialSchedule ProgramSchedule(const Map& params, int64_t steps_per_epoch) {
  const Value* scheduler = Find(params, "scheduler");
  const Map* section = scheduler == nullptr ? nullptr : scheduler->As<Map>();
  if (section == nullptr) throw std::invalid_argument("the trial has no scheduler");
  const auto epochs = static_cast<int64_t>(NumberAt(params, "training.epochs"));
  return {*section,
          NumberAt(params, "optimizer.lr"),
          MomentumOf(params),
          {epochs, std::max<int64_t>(1, steps_per_epoch)}};
}

ProgramTrial::ProgramTrial(const ProgramSpec& program, const TrialTask& task,
                           const std::optional<ProgramCheckpoint>& resumed)
    : program_(program),
      schedule_(ProgramSchedule(task.params, program.steps_per_epoch)),
      reported_{{0, 0}} {
  if (resumed) {
    if (task.epochs_done < 1 || task.epochs_done > epochs()) {
      throw UnusableCheckpoint(0, "it is of epoch " + std::to_string(task.epochs_done) + " of " +
                                      std::to_string(epochs()));
    }
    const auto epochs_done = static_cast<size_t>(task.epochs_done);
    if (FollowsMetric() && resumed->metric_history.size() != epochs_done) {
      throw UnusableCheckpoint(0, "the schedule follows " + schedule_.metric() +
                                      ": expected its values of " +
                                      Counted(task.epochs_done, "epoch") + ", got " +
                                      std::to_string(resumed->metric_history.size()));
    }
    for (const double value : resumed->metric_history) schedule_.OnEpochEnd(value);
    metric_history_ = resumed->metric_history;
    metrics_ = resumed->reported;
    checkpoints_.insert(resumed->path);
    last_checkpoint_ = task.epochs_done;
    reported_ = {{task.epochs_done, resumed->steps_done}};
  }
  ExpectEpoch(reported_.back());
}

bool ProgramTrial::HasReportedAnyOf(const std::vector<std::string>& metrics) const {
  return std::any_of(metrics.begin(), metrics.end(),
                     [this](const std::string& metric) { return HasReported(metric); });
}

EpochRecord ProgramTrial::Take(const EpochReport& report, double wall_seconds) {
  const Point last = reported_.back();
  if (report.epoch <= last.epoch) {
    throw ProtocolError(EpochText(report.epoch) + " comes after epoch " +
                        std::to_string(last.epoch) +
                        ": each epoch is reported once, in ascending order, from 1 on, and by one "
                        "process of the program only");
  }
  if (report.epoch > epochs()) {
    throw ProtocolError(EpochText(report.epoch) + " is beyond the trial's last one: it has " +
                        Counted(epochs(), "epoch") + " (LRSWEEP_EPOCHS)");
  }
  if (FollowsMetric() && report.epoch != last.epoch + 1) {
    throw ProtocolError(EpochText(report.epoch) + " comes after epoch " +
                        std::to_string(last.epoch) + ": the schedule follows " +
                        schedule_.metric() + ", so every epoch must be reported");
  }
  const Point now{report.epoch, StepsAfter(report)};
  const std::string where = EpochText(report.epoch) + ": ";
  CheckRates(report.applied, CountsSteps() ? now.steps_done - 1 : now.epoch - 1, where);
  EpochRecord record;
  record.epoch = now.epoch;
  record.steps_done = now.steps_done;
  record.losses = LossesOf(report.losses, now.steps_done - last.steps_done);
  record.rates = RatesSince(last, now);
  record.metrics = report.metrics;
  record.wall_seconds = wall_seconds;
  record.diverged = std::any_of(
      program_.metrics.begin(), program_.metrics.end(), [&record](const std::string& metric) {
        const auto found = record.metrics.find(metric);
        return found != record.metrics.end() && !std::isfinite(found->second);
      });
  FollowMetric(record);
  for (const auto& [name, value] : record.metrics) metrics_.insert(name);
  reported_.push_back(now);
  ExpectEpoch(now);
  return record;
}

EpochRecord ProgramTrial::Take(const ResultReport& report, double wall_seconds) {
  if (HasAllEpochs()) {
    throw ProtocolError("a report without \"epoch\" counts for the last one, " +
                        std::to_string(epochs()) + ", which was reported before");
  }
  EpochReport whole{epochs(), std::nullopt, report.applied, report.losses, report.metrics, {}};
  return Take(whole, wall_seconds);
}

void ProgramTrial::Take(const ProgressReport& report) {
  const Point& last = reported_.back();
  const int64_t per_epoch = schedule_.clock().steps_per_epoch;
  if (CountsSteps() && report.steps > schedule_.clock().TotalSteps()) {
    throw ProtocolError("\"steps\" is " + std::to_string(report.steps) + ", but the trial has " +
                        std::to_string(schedule_.clock().TotalSteps()));
  }
  const int64_t tick = CountsSteps() ? report.steps - 1 : std::min(last.epoch, epochs() - 1);
  if (tick >= 0) CheckRates(report.applied, tick, "after " + Counted(report.steps, "step") + ": ");
  progress_.loss = report.loss;
  if (!CountsSteps()) {
    progress_.steps_done = std::max<int64_t>(0, report.steps - last.steps_done);
    return;
  }
  progress_.epoch = std::min(report.steps / per_epoch + 1, epochs());
  progress_.steps_done = report.steps - (progress_.epoch - 1) * per_epoch;
  progress_.lr = schedule_.At(report.steps).lr;
}

/// A checkpoint that has replaced another one remains when that is removed.
void ProgramTrial::RefuseNested(const std::string& path) const {
  for (const std::string& other : checkpoints_) {
    if (!path.starts_with(other + "/") && !other.starts_with(path + "/")) continue;
    std::string what = "the checkpoints \"";
    what.append(other).append("\" and \"").append(path);
    throw ProtocolError(what.append(
        "\" are one within the other, so that removing the older one would damage the newer one: "
        "give each a file or folder of its own"));
  }
}

ProgramCheckpoint ProgramTrial::Take(const CheckpointReport& report, std::string relative_path) {
  const auto point = std::find_if(reported_.begin(), reported_.end(),
                                  [&report](const Point& of) { return of.epoch == report.epoch; });
  if (point == reported_.end()) {
    throw ProtocolError("a checkpoint of epoch " + std::to_string(report.epoch) +
                        ", which was not reported; the last one is " +
                        std::to_string(epochs_done()));
  }
  RefuseNested(relative_path);
  if (!checkpoints_.insert(relative_path).second) {
    throw ProtocolError("the checkpoint \"" + relative_path +
                        "\" was reported before: each one needs a name of its own, since an "
                        "overwritten one would be of another epoch after a crash");
  }
  if (report.epoch <= last_checkpoint_) {
    throw ProtocolError("a checkpoint of epoch " + std::to_string(report.epoch) +
                        " after that of epoch " + std::to_string(last_checkpoint_));
  }
  last_checkpoint_ = report.epoch;
  ProgramCheckpoint checkpoint{std::move(relative_path), point->steps_done, metrics_, {}};
  if (FollowsMetric()) {
    checkpoint.metric_history.assign(metric_history_.begin(),
                                     metric_history_.begin() + report.epoch);
  }
  return checkpoint;
}

/// The steps of the whole trial after the epoch of `report`.
int64_t ProgramTrial::StepsAfter(const EpochReport& report) const {
  const Point& last = reported_.back();
  const auto losses = static_cast<int64_t>(report.losses.size());
  if (CountsSteps()) {
    const int64_t expected = report.epoch * program_.steps_per_epoch;
    if (report.steps.value_or(expected) != expected) {
      throw ProtocolError(EpochText(report.epoch) + ": \"steps\" is " +
                          std::to_string(*report.steps) + "; expected " + std::to_string(expected) +
                          ", since trial.steps_per_epoch is " +
                          std::to_string(program_.steps_per_epoch));
    }
    return expected;
  }
  // Without a word on steps an epoch counts as one.
  const int64_t own = losses > 0 ? losses : report.epoch - last.epoch;
  const int64_t steps = report.steps.value_or(last.steps_done + own);
  if (steps <= last.steps_done || steps - last.steps_done > kMostStepsOfReport) {
    throw ProtocolError(EpochText(report.epoch) + ": \"steps\" is " + std::to_string(steps) +
                        " after " + std::to_string(last.steps_done) +
                        "; it counts the optimizer steps of the whole trial");
  }
  return steps;
}

std::vector<float> ProgramTrial::LossesOf(std::vector<float> losses, int64_t steps) const {
  const auto count = static_cast<size_t>(steps);
  if (losses.empty()) return std::vector<float>(count, static_cast<float>(kNan));
  if (losses.size() != count) {
    throw ProtocolError("\"losses\" has " + Counted(static_cast<int64_t>(losses.size()), "value") +
                        ", but " + Counted(steps, "step") +
                        " were done since the last report; expected one value for each step");
  }
  return losses;
}

/// The rates of the steps between two reports. Where the schedule counts epochs alone, the steps
/// are shared equally among the epochs.
StepRates ProgramTrial::RatesSince(const Point& last, const Point& now) const {
  const int64_t steps = now.steps_done - last.steps_done;
  const int64_t epochs = now.epoch - last.epoch;
  StepRates rates;
  rates.lr.reserve(static_cast<size_t>(steps));
  rates.momentum.reserve(static_cast<size_t>(steps));
  for (int64_t i = 0; i < steps; ++i) {
    const int64_t tick =
        CountsSteps() ? last.steps_done + i : last.epoch + std::min(i * epochs / steps, epochs - 1);
    const Rates at = schedule_.At(tick);
    rates.lr.push_back(at.lr);
    rates.momentum.push_back(at.momentum);
  }
  KeepOneIfConstant(rates);
  return rates;
}

void ProgramTrial::CheckRates(const AppliedRates& applied, int64_t step,
                              const std::string& where) const {
  const Point& first = reported_.front();
  const auto mistake =
      FindRateMistake({step, applied.lr, applied.momentum},
                      {schedule_, CountsSteps(), CountsSteps() ? first.steps_done : first.epoch});
  if (mistake) throw ProtocolError(where + *mistake);
}

void ProgramTrial::FollowMetric(const EpochRecord& record) {
  if (!FollowsMetric()) return;
  const auto found = record.metrics.find(schedule_.metric());
  const bool is_there = found != record.metrics.end();
  if (!is_there && !record.diverged) {
    throw ProtocolError(EpochText(record.epoch) + " has no " + schedule_.metric() +
                        ", which the schedule follows");
  }
  metric_history_.push_back(is_there ? found->second : kNan);
  schedule_.OnEpochEnd(metric_history_.back());
}

/// The live view shows the epoch after a point.
void ProgramTrial::ExpectEpoch(const Point& done) {
  const int64_t epoch = std::min(done.epoch + 1, epochs());
  const int64_t tick = CountsSteps() ? done.steps_done : done.epoch;
  progress_ = {epoch, 0, progress_.loss, schedule_.At(tick).lr};
}

}  // namespace lrsweep
