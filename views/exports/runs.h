// A sweep's trials as the runs that experiment trackers show.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "results/store.h"
#include "results/trial_labels.h"
#include "views/exports/output.h"

namespace lrsweep {

struct RunOptions {
  /// Curves over optimizer steps too, thinned to at most so many points each (0: every step); not
  /// given: over epochs alone.
  std::optional<size_t> step_points = {};
  InterruptCheck interrupted = {};
};

/// The numbers that were recorded at an epoch's end, under the database's names; NaN where one was
/// not finite.
struct RunEpoch {
  int64_t epoch = 0;  // from 1
  double time = 0;    // Unix seconds
  std::vector<std::pair<std::string, double>> scalars;
};

/// A point of a curve over steps.
struct RunStep {
  int64_t step = 0;  // of the whole trial, from 0
  double time = 0;   // Unix seconds, as if all steps of an epoch took equally long
  std::string name;  // "step/loss", "step/lr", "step/momentum"
  double value = 0;
};

struct Run {
  TrialRow trial;
  std::string name;               // scheduler and varying parameters: "CyclicLR max_lr=0.1 seed=2"
  double started = 0, ended = 0;  // Unix seconds; as if it had been trained without a break
  std::vector<RunEpoch> epochs;
  std::vector<RunStep> steps;  // by step
};

/// Calls `visit` for each trial of the space that has recorded an epoch, one at a time. Throws
/// ExportError where there is none.
void EachRun(const Store& store, const RunOptions& options,
             const std::function<void(const Run&)>& visit);

/// Unix seconds of a time in the database's form; 0 for "".
double UnixSeconds(const std::string& time);

}  // namespace lrsweep
