#include "worker/trial_runner.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <numeric>
#include <stdexcept>
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
StepRates RatesOf(int64_t epoch, const TrialSchedule& schedule) {
  const int64_t steps_per_epoch = schedule.clock().steps_per_epoch;
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

EpochRecord MakeRecord(int64_t epoch, std::vector<float> losses, StepRates rates,
                       const Evaluation& evaluation, double wall_seconds) {
  EpochRecord record;
  record.epoch = epoch;
  record.losses = std::move(losses);
  record.steps_done = epoch * static_cast<int64_t>(record.losses.size());
  record.rates = std::move(rates);
  record.train_loss = Mean(record.losses);
  record.val_loss = evaluation.loss;
  record.val_accuracy = evaluation.accuracy;
  record.wall_seconds = wall_seconds;
  return record;
}

/// A member that has not ended.
struct Runner {
  Runner(size_t member_index, TrainConfig train_config, int64_t steps)
      : index(member_index),
        config(std::move(train_config)),
        schedule(config.scheduler, config.lr, config.momentum, {config.epochs, steps}) {}

  size_t index;  // among the members given
  TrainConfig config;
  TrialSchedule schedule;
  int64_t epoch = 1;          // the next, or the one in training
  std::vector<double> heard;  // what the schedule listens to, of each epoch
};

/// Tells the schedule what it has heard.
void Resume(const ResumePoint& point, Runner& runner) {
  if (point.epochs_done < 1 || point.epochs_done >= runner.config.epochs) {
    throw std::invalid_argument("cannot go on after epoch " + std::to_string(point.epochs_done) +
                                " of a trial of " + std::to_string(runner.config.epochs));
  }
  const bool listens = !runner.schedule.listens_to().empty();
  if (listens && point.heard.size() != static_cast<size_t>(point.epochs_done)) {
    throw std::invalid_argument("the schedule listens to " + runner.schedule.listens_to() +
                                ": expected its values of " + std::to_string(point.epochs_done) +
                                " epochs, got " + std::to_string(point.heard.size()));
  }
  for (const double value : point.heard) runner.schedule.OnEpochEnd(value);
  runner.heard = point.heard;
  runner.epoch = point.epochs_done + 1;
}

/// The members of a pack and what trains them, in the same order.
class Pack {
 public:
  Pack(const std::vector<PackMember>& members, const std::shared_ptr<const Dataset>& dataset,
       Engine& engine, const PackObserver& observer)
      : observer_(observer) {
    std::vector<TrainConfig> configs;
    for (size_t i = 0; i < members.size(); ++i) {
      configs.push_back(ToTrainConfig(members[i].params));
      runners_.emplace_back(i, configs.back(), configs[i].StepsPerEpoch(dataset->train.count));
    }
    training_ = engine.StartPack(configs, dataset);
    for (size_t i = 0; i < members.size(); ++i) {
      if (members[i].resume) GoOnFrom(*members[i].resume, i);
    }
  }

  bool Ended() const { return runners_.empty(); }

  /// An epoch of every member. Those that end with it leave.
  void RunEpoch() {
    std::vector<EpochRecord> records = TrainAndEvaluate();
    std::vector<size_t> kept;
    for (size_t i = 0; i < runners_.size(); ++i) {
      if (!EndsWith(std::move(records[i]), runners_[i])) kept.push_back(i);
    }
    if (kept.size() < runners_.size()) {
      std::vector<Runner> going_on;
      going_on.reserve(kept.size());
      for (const size_t i : kept) going_on.push_back(std::move(runners_[i]));
      runners_ = std::move(going_on);
      if (!Ended()) training_->Keep(kept);
    }
    GiveCheckpoints();
  }

 private:
  void GoOnFrom(const ResumePoint& point, size_t member) {
    try {
      Resume(point, runners_[member]);
      training_->Restore(member, point.state);
    } catch (const std::invalid_argument& error) {
      throw UnusableResumePoint(member, error.what());
    }
  }

  void GiveCheckpoints() const {
    if (!observer_.wants_checkpoint) return;
    for (size_t i = 0; i < runners_.size(); ++i) {
      const Runner& runner = runners_[i];
      if (!observer_.wants_checkpoint(runner.index)) continue;
      observer_.on_checkpoint(runner.index, {training_->State(i), runner.epoch - 1, runner.heard});
    }
  }

  std::vector<EpochRecord> TrainAndEvaluate() {
    const auto start = std::chrono::steady_clock::now();
    std::vector<StepRates> rates;
    for (const Runner& runner : runners_) rates.push_back(RatesOf(runner.epoch, runner.schedule));
    const Tick tick = [this](const StepProgress& progress) { return Tell(progress); };
    std::vector<std::vector<float>> losses = training_->TrainEpoch(rates, tick);
    const std::vector<Evaluation> evaluations = training_->Evaluate(tick);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    std::vector<EpochRecord> records;
    records.reserve(runners_.size());
    for (size_t i = 0; i < runners_.size(); ++i) {
      records.push_back(MakeRecord(runners_[i].epoch, std::move(losses[i]), std::move(rates[i]),
                                   evaluations[i], elapsed.count()));
    }
    return records;
  }

  /// Reports the epoch, and the end of a member that has reached it: then true.
  bool EndsWith(EpochRecord record, Runner& runner) {
    const bool diverged = record.Diverged();
    const bool ends = diverged || runner.epoch == runner.config.epochs;
    const double heard = HeardMetric(runner.schedule.listens_to(), record);
    runner.schedule.OnEpochEnd(heard);
    if (!runner.schedule.listens_to().empty()) runner.heard.push_back(heard);
    ++runner.epoch;
    if (observer_.on_epoch) observer_.on_epoch(runner.index, std::move(record));
    if (ends && observer_.on_end) {
      observer_.on_end(runner.index, diverged ? TrialState::kStopped : TrialState::kCompleted);
    }
    return ends;
  }

  bool Tell(const StepProgress& progress) const {
    if (!observer_.on_progress) return true;
    const Runner& runner = runners_[progress.member];
    const int64_t steps = runner.schedule.clock().steps_per_epoch;
    const int64_t next_step = (runner.epoch - 1) * steps + progress.steps_done;
    const double lr = runner.schedule.At(next_step).lr;
    return observer_.on_progress(runner.index, {.epoch = runner.epoch, .step = progress, .lr = lr});
  }

  const PackObserver& observer_;
  std::vector<Runner> runners_;
  std::unique_ptr<PackTraining> training_;
};

}  // namespace

void RunPack(const std::vector<PackMember>& members, const std::shared_ptr<const Dataset>& dataset,
             Engine& engine, const PackObserver& observer) {
  Pack pack(members, dataset, engine, observer);
  while (!pack.Ended()) {
    pack.RunEpoch();
    if (!pack.Ended() && observer.stops && observer.stops()) throw TrainingInterrupted{};
  }
}

}  // namespace lrsweep
