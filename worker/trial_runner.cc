#include "worker/trial_runner.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include "schedulers/catalog.h"
#include "worker/train_config.h"

namespace lrsweep {
namespace {

/// When the schedule advances.
enum class Interval { kEpoch, kStep };

Interval ReadInterval(const Map& scheduler) {
  const Value* value = Find(scheduler, "interval");
  const auto* text = value == nullptr ? nullptr : value->As<std::string>();
  if (text != nullptr && *text == "epoch") return Interval::kEpoch;
  if (text != nullptr && *text == "step") return Interval::kStep;
  throw std::invalid_argument("scheduler.interval: expected 'epoch' or 'step'");
}

/// The schedule on the trial's clock: optimizer steps counted from 0 over the whole trial.
class TrialSchedule {
 public:
  TrialSchedule(const TrainConfig& config, int64_t steps_per_epoch)
      : interval_(ReadInterval(config.scheduler)),
        steps_per_epoch_(steps_per_epoch),
        schedule_(BuildSchedule(config.scheduler, Context(config))) {}

  Rates At(int64_t step) const {
    return schedule_(interval_ == Interval::kStep ? step : step / steps_per_epoch_);
  }

  /// The rates of the steps of `epoch` (from 1).
  StepRates OfEpoch(int64_t epoch) const {
    const int64_t first = (epoch - 1) * steps_per_epoch_;
    const int64_t count = interval_ == Interval::kStep ? steps_per_epoch_ : 1;
    StepRates rates;
    rates.lr.reserve(count);
    rates.momentum.reserve(count);
    for (int64_t step = first; step < first + count; ++step) {
      const Rates now = At(step);
      rates.lr.push_back(now.lr);
      rates.momentum.push_back(now.momentum);
    }
    KeepOneIfConstant(rates.lr);
    KeepOneIfConstant(rates.momentum);
    return rates;
  }

 private:
  ScheduleContext Context(const TrainConfig& config) const {
    const bool steps = interval_ == Interval::kStep;
    return {.lr = config.lr,
            .momentum = config.momentum,
            .run_ticks = steps ? config.epochs * steps_per_epoch_ : config.epochs};
  }

  static void KeepOneIfConstant(std::vector<double>& values) {
    if (std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end()) {
      values.resize(1);
    }
  }

  Interval interval_;
  int64_t steps_per_epoch_;
  Schedule schedule_;
};

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
  const TrialSchedule schedule(config, steps);
  const auto training = engine.Start(config, std::move(dataset));
  for (int64_t epoch = 1; epoch <= config.epochs; ++epoch) {
    const Tick tick = MakeTick(epoch, steps, schedule, observer);
    EpochRecord record = RunEpoch(epoch, schedule.OfEpoch(epoch), tick, *training);
    const bool diverged = record.Diverged();
    if (observer.on_epoch) observer.on_epoch(std::move(record));
    if (diverged) return TrialState::kStopped;
  }
  return TrialState::kCompleted;
}

}  // namespace lrsweep
