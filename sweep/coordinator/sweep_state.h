// How far a sweep is: what the coordinator knows and the progress views draw.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/ranking.h"
#include "trial/trial.h"

namespace lrsweep {

/// A trial in training, as last heard of.
struct LiveTrial {
  Trial trial;
  WorkerInfo by;
  int64_t pack_size = 1;  // trials that the worker trains together, this one included
  int64_t epochs = 0;     // that it will have
  int64_t epoch = 0;      // the one in training, or the last one finished
  std::optional<double> loss;
  std::optional<double> lr;
  RankedCurve curve;  // the objective's recorded metric: an epoch each
  std::chrono::steady_clock::time_point started;
};

/// A trial that is over, as it is told to people once it is committed.
struct EndedTrial {
  LiveTrial live;
  std::optional<double> value;  // by the objective, of a completed trial
  TrialState state = TrialState::kCompleted;
  std::string error;
  int64_t number = 0;  // how many had ended with it
};

struct BestTrial {
  Trial trial;
  double value = 0;
};

struct SweepState {
  std::string name;
  Objective objective;
  int64_t trials = 0;
  int64_t completed = 0;
  int64_t stopped = 0;
  int64_t failed = 0;
  int64_t workers = 0;  // ready ones
  int64_t epochs = 0;   // of all trials; an upper bound where trials end early
  int64_t epochs_done = 0;
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  std::map<std::string, LiveTrial> running;  // by trial id
  std::optional<BestTrial> best;             // of the completed trials

  int64_t Ended() const { return completed + stopped + failed; }
  double ElapsedSeconds() const;
};

}  // namespace lrsweep
