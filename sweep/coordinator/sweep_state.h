// The progress of a sweep: the coordinator's counts, which the progress views draw.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/excluded_worker.h"
#include "results/ranking.h"
#include "trial/trial.h"

namespace lrsweep {

/// A trial in training, by its last report.
struct LiveTrial {
  Trial trial;
  WorkerInfo by;
  int64_t pack_size = 1;    // trials in its pack, this one included
  int64_t epochs = 0;       // its length
  int64_t until = 0;        // the epoch after which it is held (TrialSource::UntilOf); its length
  int64_t epoch = 0;        // the one in training, or the last one finished
  int64_t epochs_done = 0;  // the last epoch that is recorded; a program may leave some out
  std::optional<double> loss;
  std::optional<double> lr;
  bool has_trained = false;  // an epoch in this attempt
  RankedCurve curve;         // the objective's recorded metric
  std::chrono::steady_clock::time_point started;
};

/// A trial that has ended; shown to people once it is committed.
struct EndedTrial {
  LiveTrial live;
  std::optional<double> value;  // by the objective, of a completed trial
  TrialState state = TrialState::kCompleted;
  std::string error;   // of a failed trial, or the reason why it was stopped
  int64_t number = 0;  // trials that had ended by then, this one included
};

struct BestTrial {
  Trial trial;
  double value = 0;
  int64_t tied = 0;    // other trials with this value
  int64_t budget = 0;  // in epochs, of a search with budgets; else 0
};

struct SweepState {
  std::string name;
  Objective objective;
  int64_t trials = 0;  // of the sweep, as many as are known now
  int64_t completed = 0;
  int64_t stopped = 0;
  int64_t diverged = 0;  // of the stopped ones
  int64_t failed = 0;
  int64_t ended_before = 0;              // of the ended ones: before this run began
  int64_t workers = 0;                   // ready ones
  std::vector<ExcludedWorker> excluded;  // those that get no trials any more, in this order
  int64_t epochs = 0;                    // done, and left; an upper bound where trials end early
  int64_t epochs_done = 0;
  int64_t epochs_trained = 0;  // by workers; fewer than epochs_done where trials share some
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  std::map<std::string, LiveTrial> running;  // by trial id
  std::optional<BestTrial> best;             // of the completed trials

  int64_t Ended() const { return completed + stopped + failed; }
  double ElapsedSeconds() const;
};

}  // namespace lrsweep
