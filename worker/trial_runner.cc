#include "worker/trial_runner.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "schedulers/trial_schedule.h"
#include "worker/train_config.h"

namespace lrsweep {
namespace {

void KeepOneIfConstant(std::vector<double>& values) {
  if (std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end()) {
    values.resize(1);
  }
}

/// The rates of the steps of `epoch` (from 1).
StepRates RatesOf(int64_t epoch, int64_t steps_per_epoch, const TrialSchedule& schedule) {
  StepRates rates;
  rates.lr.reserve(steps_per_epoch);
  rates.momentum.reserve(steps_per_epoch);
  const int64_t first = (epoch - 1) * steps_per_epoch;
  for (int64_t step = first; step < first + steps_per_epoch; ++step) {
    const Rates now = schedule.At(step);
    rates.lr.push_back(now.lr);
    rates.momentum.push_back(now.momentum);
  }
  KeepOneIfConstant(rates.lr);
  KeepOneIfConstant(rates.momentum);
  return rates;
}

/// What a schedule that listens to `metric` hears of the epoch.
double HeardMetric(const std::string& metric, const EpochRecord& record) {
  if (metric == "train_loss") return record.train_loss;
  if (metric == "val_accuracy") return record.val_accuracy;
  return record.val_loss;
}

double Mean(const std::vector<float>& losses) {
  return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

/// What the engine is told to call while it works on `epoch`.
Tick MakeTick(int64_t epoch, int64_t steps_per_epoch, const TrialSchedule& schedule,
              const TrialObserver& observer) {
  return [epoch, steps_per_epoch, &schedule, &observer](const StepProgress& step) {
    if (!observer.on_progress) return true;
    const int64_t next_step = (epoch - 1) * steps_per_epoch + step.steps_done;
    return observer.on_progress({.epoch = epoch, .step = step, .lr = schedule.At(next_step).lr});
  };
}

EpochRecord RunEpoch(int64_t epoch, StepRates rates, const Tick& tick, Training& training) {
  const auto start = std::chrono::steady_clock::now();
  EpochRecord record;
  record.epoch = epoch;
  record.losses = training.TrainEpoch(rates, tick);
  record.steps_done = epoch * static_cast<int64_t>(record.losses.size());
  record.rates = std::move(rates);
  record.train_loss = Mean(record.losses);
  const Evaluation evaluation = training.Evaluate(tick);
  record.val_loss = evaluation.loss;
  record.val_accuracy = evaluation.accuracy;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  record.wall_seconds = elapsed.count();
  return record;
}

}  // namespace

TrialState RunTrial(const Map& params, std::shared_ptr<const Dataset> dataset, Engine& engine,
                    const TrialObserver& observer) {
  const TrainConfig config = ToTrainConfig(params);
  const int64_t steps = config.StepsPerEpoch(dataset->train.count);
  TrialSchedule schedule(config.scheduler, config.lr, config.momentum, {config.epochs, steps});
  const auto training = engine.Start(config, std::move(dataset));
  for (int64_t epoch = 1; epoch <= config.epochs; ++epoch) {
    const Tick tick = MakeTick(epoch, steps, schedule, observer);
    EpochRecord record = RunEpoch(epoch, RatesOf(epoch, steps, schedule), tick, *training);
    const bool diverged = record.Diverged();
    schedule.OnEpochEnd(HeardMetric(schedule.listens_to(), record));
    if (observer.on_epoch) observer.on_epoch(std::move(record));
    if (diverged) return TrialState::kStopped;
  }
  return TrialState::kCompleted;
}

}  // namespace lrsweep
