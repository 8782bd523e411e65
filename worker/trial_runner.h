// One trial from its parameters to its last epoch.
#pragma once

#include <functional>
#include <memory>

#include "data/dataset.h"
#include "results/trial.h"
#include "worker/engine.h"

namespace lrsweep {

/// Where a running trial stands, for people to watch.
struct TrialProgress {
  int64_t epoch = 0;  // the one in training, from 1
  StepProgress step;
  double lr = 0;  // at the step that comes next
};

/// How a trial reports. Both are called on the thread that runs it.
struct TrialObserver {
  std::function<void(EpochRecord)> on_epoch;
  /// At least every 100 ms. False: stop now; RunTrial then throws TrainingInterrupted.
  std::function<bool(const TrialProgress&)> on_progress;
};

/// Trains the trial to its end on `dataset`, from which the images that `dataset.validation` holds
/// back are split off already (HoldBack). Returns kCompleted, or kStopped when a loss became NaN or
/// infinite: then the epoch in which it did is the last one reported.
/// Throws std::exception for what makes the trial failed, TrainingInterrupted when told to stop.
TrialState RunTrial(const Map& params, std::shared_ptr<const Dataset> dataset, Engine& engine,
                    const TrialObserver& observer);

}  // namespace lrsweep
