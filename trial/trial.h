// What a trial is and what it records: plain structs that workers, coordinator and store share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "params/value.h"
#include "trial/metrics.h"

namespace lrsweep {

/// One assignment of every parameter, seed included.
struct Trial {
  std::string id;         // 16 hex digits, from the parameters alone
  std::string group_id;   // the same without the seed
  std::string scheduler;  // its type: "StepLR"
  int64_t seed = 0;
  Map params;  // complete: what was not written has its default
};

/// `training.epochs`: the trial's length.
int64_t EpochsOf(const Trial& trial);

/// A trial's state. `kStopped`: ended early by a rule (divergence); `kFailed`: it carries an error.
enum class TrialState { kPending, kRunning, kCompleted, kStopped, kFailed };

/// "pending", "running", "completed", "stopped", "failed": the words that the database stores.
std::string_view ToString(TrialState state);

/// Learning rate and momentum of each optimizer step of an epoch, as applied. A vector of one
/// element says that the value was the same at every step.
struct StepRates {
  std::vector<double> lr;
  std::vector<double> momentum;

  double LrAt(size_t step) const { return lr.size() == 1 ? lr[0] : lr.at(step); }
  double MomentumAt(size_t step) const {
    return momentum.size() == 1 ? momentum[0] : momentum.at(step);
  }
};

/// What one epoch of one trial recorded.
struct EpochRecord {
  int64_t epoch = 0;          // from 1
  int64_t steps_done = 0;     // of the whole trial, this epoch included
  std::vector<float> losses;  // of each step's batch, in the order of steps; NaN where not known
  StepRates rates;            // of the same steps
  Metrics metrics;            // by name, such as those of BuiltInMetrics()
  double wall_seconds = 0;    // training and evaluation
  bool diverged = false;      // a metric that marks divergence is NaN or infinite: ends the trial
};

/// Identifies a worker and what it computes with: announced by it, recorded with each attempt.
struct WorkerInfo {
  int64_t worker = 0;  // its MPI rank; 0 where the coordinator trains itself
  std::string host;
  std::string device;       // "cpu", "cuda:1"
  std::string engine;       // "torch"
  std::string cpu_target;   // what the engine's arithmetic depends on ("AVX512, OpenBLAS SkylakeX")
  int64_t pack_size = 1;    // most trials that it trains together
  std::string device_id{};  // of a GPU, among all of its host (Engine::DeviceId); else empty
};

}  // namespace lrsweep
