#include "tests/simulation/training.h"

#include <fmt/format.h>

#include <bit>
#include <limits>
#include <sstream>
#include <stdexcept>

#include "tests/simulation/draws.h"
#include "trial/optimizers.h"

namespace lrsweep::simulation {
namespace {

/// What touches the arithmetic but the rates and the length.
uint64_t FirstState(Map params) {
  for (const char* path : {"scheduler", "optimizer.lr", "optimizer.momentum", "training.epochs"}) {
    EraseAt(params, path);
  }
  return Mixed(0, ToJson(params));
}

Map WithoutSeed(Map params) {
  EraseAt(params, "training.seed");
  return params;
}

double NumberAt(const Map& params, const char* path) {
  const Value* value = Find(params, path);
  return value != nullptr ? std::get<double>(*value) : 0.0;
}

TrialClock ClockOf(const Map& params) {
  const int64_t batch = std::get<int64_t>(*Find(params, "training.batch_size"));
  return {.epochs = std::get<int64_t>(*Find(params, "training.epochs")),
          .steps_per_epoch = (kImages + batch - 1) / batch};
}

/// A multiple of 2^-20 below 2, which every part of the way keeps exactly.
double ShortNumber(uint64_t bits) { return static_cast<double>(bits % (1U << 21U)) * 0x1p-20; }

double ShareOf(uint64_t hash) { return static_cast<double>(hash >> 11) * 0x1p-53; }

}  // namespace

Training::Training(const Map& params, const Scenario& scenario)
    : scenario_(scenario),
      schedule_(std::get<Map>(params.at("scheduler")), NumberAt(params, "optimizer.lr"),
                MomentumOf(params), ClockOf(params)),
      epochs_(ClockOf(params).epochs),
      state_(FirstState(params)),
      seedless_(FirstState(WithoutSeed(params))) {}

StepRates Training::NextRates() const {
  const int64_t steps = schedule_.clock().steps_per_epoch;
  StepRates rates;
  bool lr_is_constant = true;
  bool momentum_is_constant = true;
  for (int64_t step = epochs_done_ * steps; step < (epochs_done_ + 1) * steps; ++step) {
    const Rates now = schedule_.At(step);
    rates.lr.push_back(now.lr);
    rates.momentum.push_back(now.momentum);
    lr_is_constant = lr_is_constant && now.lr == rates.lr[0];
    momentum_is_constant = momentum_is_constant && now.momentum == rates.momentum[0];
  }
  if (lr_is_constant) rates.lr.resize(1);
  if (momentum_is_constant) rates.momentum.resize(1);
  return rates;
}

/// A state, continued by an epoch of these rates.
uint64_t Training::Continued(uint64_t state, const StepRates& rates) const {
  state = Mixed(state, "epoch");
  for (size_t step = 0; step < static_cast<size_t>(schedule_.clock().steps_per_epoch); ++step) {
    state = Mixed(state, std::bit_cast<uint64_t>(rates.LrAt(step)));
    state = Mixed(state, std::bit_cast<uint64_t>(rates.MomentumAt(step)));
  }
  return state;
}

Fate Training::FateOf(uint64_t state) const {
  const double share = ShareOf(Mixed(state, "fate"));
  if (share < scenario_.deadly) return Fate::kKillsItsWorker;
  if (share < scenario_.deadly + scenario_.failing) return Fate::kFails;
  if (share < scenario_.deadly + scenario_.failing + scenario_.diverging) return Fate::kDiverges;
  return Fate::kTrains;
}

Fate Training::NextFate() const { return FateOf(Continued(state_, NextRates())); }

/// Seeds scatter in the lower bits only, of which the last ones may be cut off, so that values tie.
double Training::MetricOf(const char* name) const {
  const uint64_t noise = (uint64_t{1} << scenario_.noise_bits) - 1;
  const uint64_t tied = (uint64_t{1} << scenario_.tied_bits) - 1;
  return ShortNumber(((Mixed(seedless_, name) & ~noise) | (Mixed(state_, name) & noise)) & ~tied);
}

EpochRecord Training::TrainEpoch() {
  EpochRecord record;
  record.rates = NextRates();
  state_ = Continued(state_, record.rates);
  seedless_ = Continued(seedless_, record.rates);
  record.epoch = ++epochs_done_;
  const int64_t steps = schedule_.clock().steps_per_epoch;
  record.steps_done = record.epoch * steps;
  for (int64_t step = 0; step < steps; ++step) {
    record.losses.push_back(
        static_cast<float>(ShortNumber(Mixed(state_, static_cast<uint64_t>(step)))));
  }
  record.metrics = {{kTrainLoss, MetricOf(kTrainLoss)},
                    {kValLoss, MetricOf(kValLoss)},
                    {kValAccuracy, MetricOf(kValAccuracy) / 2}};
  if (FateOf(state_) == Fate::kDiverges) {
    record.metrics[kTrainLoss] = std::numeric_limits<double>::quiet_NaN();
    record.losses.back() = std::numeric_limits<float>::quiet_NaN();
    record.diverged = true;
  }
  if (!schedule_.metric().empty()) {
    metric_history_.push_back(MetricValue(record.metrics, schedule_.metric()));
    schedule_.OnEpochEnd(metric_history_.back());
  }
  return record;
}

std::string Training::Checkpoint() const {
  std::string text = fmt::format("checkpoint {} {} {} {}", epochs_done_, state_, seedless_,
                                 metric_history_.size());
  for (const double value : metric_history_) text += fmt::format(" {}", value);
  return text + " end";
}

void Training::Resume(const std::string& bytes, int64_t epochs_done,
                      const std::vector<double>& metric_history) {
  std::istringstream text(bytes);
  std::string word, end;
  int64_t epoch = 0;
  uint64_t state = 0, seedless = 0;
  size_t values = 0;
  text >> word >> epoch >> state >> seedless >> values;
  if (word != "checkpoint" || values > 1000) throw std::invalid_argument("it is no checkpoint");
  std::vector<double> history(values);
  for (double& value : history) text >> value;
  text >> end;
  if (!text || end != "end") throw std::invalid_argument("it is cut off");
  if (epoch != epochs_done || epoch < 1 || epoch >= epochs_) {
    throw std::invalid_argument(fmt::format("it is of epoch {}, not of {}", epoch, epochs_done));
  }
  if (!metric_history.empty()) history = metric_history;
  if (!schedule_.metric().empty() && history.size() != static_cast<size_t>(epoch)) {
    throw std::invalid_argument("it lacks the schedule's metric");
  }
  for (const double value : history) schedule_.OnEpochEnd(value);
  metric_history_ = std::move(history);
  epochs_done_ = epoch;
  state_ = state;
  seedless_ = seedless;
}

Undisturbed TrainUndisturbed(const Map& params, const Scenario& scenario) {
  Training training(params, scenario);
  Undisturbed all;
  while (!training.IsOver()) {
    all.fate = training.NextFate();
    if (all.fate == Fate::kFails || all.fate == Fate::kKillsItsWorker) break;
    all.epochs.push_back(training.TrainEpoch());
    if (all.fate == Fate::kDiverges) break;
  }
  return all;
}

}  // namespace lrsweep::simulation
