// The formula that stands for training: what an epoch gives is a hash of the trial's parameters and
// of the rates of every step until then. Two trainings of equal rates are equal; a resumed one
// equals an undisturbed one only where its checkpoint was its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schedulers/trial_schedule.h"
#include "tests/simulation/scenario.h"
#include "trial/trial.h"

namespace lrsweep::simulation {

/// The training images of an epoch.
inline constexpr int64_t kImages = 160;

/// How an epoch ends by the trial's own fault.
enum class Fate { kTrains, kDiverges, kFails, kKillsItsWorker };

/// The training of one trial, epoch by epoch.
class Training {
 public:
  /// From the beginning. Throws std::invalid_argument for parameters that have no schedule.
  Training(const Map& params, const Scenario& scenario);

  int64_t epochs() const { return epochs_; }
  int64_t epochs_done() const { return epochs_done_; }
  bool IsOver() const { return epochs_done_ == epochs_; }

  /// What the next epoch comes to. An epoch that fails or kills its worker gives no record.
  Fate NextFate() const;
  /// Trains an epoch.
  EpochRecord TrainEpoch();

  /// The state after the last epoch as bytes.
  std::string Checkpoint() const;
  /// Goes on from such bytes; of another trial, `metric_history` is as in TrialTask. Throws
  /// std::invalid_argument where they are not a checkpoint of `epochs_done` epochs, or where the
  /// metric of its schedule is in neither.
  void Resume(const std::string& bytes, int64_t epochs_done,
              const std::vector<double>& metric_history);

 private:
  StepRates NextRates() const;
  uint64_t Continued(uint64_t state, const StepRates& rates) const;
  Fate FateOf(uint64_t state) const;
  double MetricOf(const char* name) const;

  const Scenario& scenario_;
  TrialSchedule schedule_;
  int64_t epochs_;
  int64_t epochs_done_ = 0;
  uint64_t state_;
  uint64_t seedless_;                   // the same of a training that knows no seed
  std::vector<double> metric_history_;  // of the metric that the schedule follows
};

/// What an undisturbed training of the trial records, and how it ends.
struct Undisturbed {
  std::vector<EpochRecord> epochs;
  Fate fate = Fate::kTrains;  // of its last epoch; of the next one where that gives no record
};
Undisturbed TrainUndisturbed(const Map& params, const Scenario& scenario);

}  // namespace lrsweep::simulation
