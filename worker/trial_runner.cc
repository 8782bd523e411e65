#include "worker/trial_runner.h"

#include <chrono>
#include <new>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "params/text.h"
#include "schedulers/trial_schedule.h"
#include "trial/step_rates.h"
#include "worker/checkpoint.h"
#include "worker/train_config.h"
#include "worker/training_memory.h"

namespace lrsweep {
namespace {

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
  KeepOneIfConstant(rates);
  return rates;
}

double Mean(const std::vector<float>& losses) {
  return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

EpochRecord MakeRecord(int64_t epoch, std::vector<float> losses, StepRates rates, Metrics evaluated,
                       double wall_seconds) {
  EpochRecord record;
  record.epoch = epoch;
  record.losses = std::move(losses);
  record.steps_done = epoch * static_cast<int64_t>(record.losses.size());
  record.rates = std::move(rates);
  record.metrics = std::move(evaluated);
  record.metrics[kTrainLoss] = Mean(record.losses);
  record.wall_seconds = wall_seconds;
  record.diverged = Diverged(record.metrics);
  return record;
}

/// A member that has not ended.
struct Runner {
  Runner(size_t member_index, TrainConfig train_config, int64_t steps)
      : index(member_index),
        config(std::move(train_config)),
        schedule(config.scheduler, config.lr, config.momentum, {config.epochs, steps}) {}

  bool FollowsMetric() const { return !schedule.metric().empty(); }

  size_t index;  // in the whole pack
  TrainConfig config;
  TrialSchedule schedule;
  int64_t epoch = 1;                   // the next, or the one in training
  std::vector<double> metric_history;  // of the metric that the schedule follows, by epoch
};

/// The resume point of a task that has a checkpoint.
ResumePoint ResumePointOf(const TrialTask& task) {
  ResumePoint point = DecodeCheckpoint(task.checkpoint);
  if (point.epochs_done != task.epochs_done) {
    throw std::invalid_argument("it is of epoch " + std::to_string(point.epochs_done) +
                                ", not of " + std::to_string(task.epochs_done));
  }
  return point;
}

/// Brings the schedule to where it was. The checkpoint of another trial may lack the metric that
/// this one's schedule follows: the task has it then.
void Resume(ResumePoint point, const std::vector<double>& metric_history, Runner& runner) {
  if (!metric_history.empty()) point.metric_history = metric_history;
  if (point.epochs_done < 1 || point.epochs_done >= runner.config.epochs) {
    throw std::invalid_argument("cannot resume after epoch " + std::to_string(point.epochs_done) +
                                " of a trial of " + std::to_string(runner.config.epochs));
  }
  const auto epochs = static_cast<size_t>(point.epochs_done);
  if (runner.FollowsMetric() && point.metric_history.size() != epochs) {
    throw std::invalid_argument("the schedule follows " + runner.schedule.metric() +
                                ": expected its values of " + std::to_string(epochs) +
                                " epochs, got " + std::to_string(point.metric_history.size()));
  }
  for (const double value : point.metric_history) runner.schedule.OnEpochEnd(value);
  runner.metric_history = point.metric_history;
  runner.epoch = point.epochs_done + 1;
}

/// What a pack asked for that got no memory. `why`: in the words of what refused it.
std::runtime_error NoMemory(const TrainConfig& config, size_t members, const Dataset& dataset,
                            const std::string& why) {
  const std::string each =
      members > 1 ? ", for each of the " + std::to_string(members) + " trials of the pack" : "";
  return std::runtime_error("out of memory: " + DescribeMemory(config, dataset) + each + " (" +
                            why + ")");
}

/// Throws std::runtime_error for a pack that this machine can never hold. Linux would promise the
/// memory, and kill the process when it is used.
void RequireMemory(const std::vector<TrainConfig>& configs, const Dataset& dataset) {
  const double machine = MachineMemory();
  const double wanted =
      static_cast<double>(configs.size()) * MemoryOf(configs.front(), dataset).Bytes();
  if (machine <= 0 || wanted <= machine) return;
  throw NoMemory(configs.front(), configs.size(), dataset,
                 "this machine has " + BytesText(machine));
}

/// The members of a pack and what trains them, in the same order.
class Pack {
 public:
  Pack(const PackTask& pack, const std::shared_ptr<const Dataset>& dataset, Engine& engine,
       PackObserver& observer)
      : observer_(observer), has_validation_(dataset->HasValidation()) {
    std::vector<TrainConfig> configs;
    for (size_t i = 0; i < pack.trials.size(); ++i) {
      configs.push_back(ToTrainConfig(pack.trials[i].params));
      runners_.emplace_back(i, configs.back(), configs[i].StepsPerEpoch(dataset->train.count));
    }
    if (engine.Device() == "cpu") RequireMemory(configs, *dataset);
    training_ = engine.StartPack(configs, dataset);
    for (size_t i = 0; i < pack.trials.size(); ++i) {
      if (!pack.trials[i].checkpoint.empty()) Restore(pack.trials[i], i);
    }
  }

  bool HasEnded() const { return runners_.empty(); }

  /// Trains an epoch of every member. Those that end with it, or are told to, leave.
  void RunEpoch() {
    std::vector<EpochRecord> records = TrainAndEvaluate();
    std::vector<size_t> remaining;
    for (size_t i = 0; i < runners_.size(); ++i) {
      if (!EndsWith(std::move(records[i]), runners_[i])) remaining.push_back(i);
    }
    std::vector<size_t> kept;
    for (const size_t i : remaining) {
      if (Continues(i)) kept.push_back(i);
    }
    Keep(kept);
  }

 private:
  void Restore(const TrialTask& task, size_t member) {
    try {
      const ResumePoint point = ResumePointOf(task);
      Resume(point, task.metric_history, runners_[member]);
      training_->Restore(member, point.state);
    } catch (const std::invalid_argument& error) {
      throw UnusableCheckpoint(member, error.what());
    }
  }

  std::vector<EpochRecord> TrainAndEvaluate() {
    const auto start = std::chrono::steady_clock::now();
    std::vector<StepRates> rates;
    for (const Runner& runner : runners_) rates.push_back(RatesOf(runner.epoch, runner.schedule));
    const Tick tick = [this](const StepProgress& progress) { return Report(progress); };
    std::vector<std::vector<float>> losses = training_->TrainEpoch(rates, tick);
    std::vector<Metrics> evaluated = Evaluate(tick);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    std::vector<EpochRecord> records;
    records.reserve(runners_.size());
    for (size_t i = 0; i < runners_.size(); ++i) {
      records.push_back(MakeRecord(runners_[i].epoch, std::move(losses[i]), std::move(rates[i]),
                                   std::move(evaluated[i]), elapsed.count()));
    }
    return records;
  }

  /// The metrics of every member's evaluation. The held-back images are for choosing and the test
  /// images for quoting; without the former the test images are for both.
  std::vector<Metrics> Evaluate(const Tick& tick) {
    std::vector<Metrics> metrics(runners_.size());
    const auto add = [&](Split split, const char* loss, const char* accuracy) {
      const std::vector<Evaluation> evaluations = training_->Evaluate(split, tick);
      for (size_t i = 0; i < metrics.size(); ++i) {
        metrics[i].emplace(loss, evaluations[i].loss);
        metrics[i].emplace(accuracy, evaluations[i].accuracy);
      }
    };
    add(has_validation_ ? Split::kValidation : Split::kTest, kValLoss, kValAccuracy);
    if (has_validation_) add(Split::kTest, kTestLoss, kTestAccuracy);
    return metrics;
  }

  /// Reports the epoch, and the end of a member whose last one it is: then true.
  bool EndsWith(EpochRecord record, Runner& runner) {
    const bool diverged = record.diverged;
    const bool ends = diverged || runner.epoch == runner.config.epochs;
    if (runner.FollowsMetric()) {
      runner.metric_history.push_back(MetricValue(record.metrics, runner.schedule.metric()));
      runner.schedule.OnEpochEnd(runner.metric_history.back());
    }
    ++runner.epoch;
    observer_.OnEpoch(runner.index, std::move(record));
    if (ends)
      observer_.OnEnd(runner.index, diverged ? TrialState::kStopped : TrialState::kCompleted);
    return ends;
  }

  /// Does what the observer wants of a member that has not ended.
  bool Continues(size_t member) {
    const Runner& runner = runners_[member];
    const AfterEpoch wanted = observer_.OnEpochEnd(runner.index);
    if (wanted == AfterEpoch::kCheckpoint || wanted == AfterEpoch::kHold) {
      const ResumePoint point{training_->State(member), runner.epoch - 1, runner.metric_history};
      observer_.OnCheckpoint(runner.index, point.epochs_done, EncodeCheckpoint(point));
    }
    if (wanted == AfterEpoch::kHold) observer_.OnEnd(runner.index, TrialState::kPending);
    if (wanted == AfterEpoch::kEnd) observer_.OnEnd(runner.index, TrialState::kStopped);
    return wanted == AfterEpoch::kContinue || wanted == AfterEpoch::kCheckpoint;
  }

  void Keep(const std::vector<size_t>& members) {
    if (members.size() == runners_.size()) return;
    std::vector<Runner> kept;
    kept.reserve(members.size());
    for (const size_t i : members) kept.push_back(std::move(runners_[i]));
    runners_ = std::move(kept);
    if (!HasEnded()) training_->Keep(members);
  }

  bool Report(const StepProgress& progress) const {
    const Runner& runner = runners_[progress.member];
    const int64_t steps = runner.schedule.clock().steps_per_epoch;
    const int64_t next_step = (runner.epoch - 1) * steps + progress.steps_done;
    const double lr = runner.schedule.At(next_step).lr;
    return observer_.OnProgress(runner.index,
                                {runner.epoch, progress.steps_done, progress.loss, lr});
  }

  PackObserver& observer_;
  bool has_validation_;
  std::vector<Runner> runners_;
  std::unique_ptr<PackTraining> training_;
};

}  // namespace

void RunPack(const PackTask& pack, const std::shared_ptr<const Dataset>& dataset, Engine& engine,
             PackObserver& observer) {
  const auto no_memory = [&](const std::string& why) {
    const TrainConfig config = ToTrainConfig(pack.trials.front().params);
    return NoMemory(config, pack.trials.size(), *dataset, why);
  };
  try {
    Pack running(pack, dataset, engine, observer);
    while (!running.HasEnded()) running.RunEpoch();
  } catch (const OutOfMemory& error) {
    throw no_memory(error.what());
  } catch (const std::bad_alloc&) {
    throw no_memory("the system gives no more");
  }
}

}  // namespace lrsweep
