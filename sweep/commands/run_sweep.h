// The run of a sweep, from its configuration to a database that is complete or can be continued.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "params/errors.h"
#include "sweep/commands/run.h"
#include "sweep/coordinator/worker_pool.h"
#include "sweep/process/lifeline.h"
#include "trial/executor.h"

namespace lrsweep {

/// The workers of a run.
struct Workers {
  bool are_processes = false;  // of their own: they map the data set that this process publishes
  bool have_gpus = false;      // every one of them
  std::function<std::unique_ptr<WorkerPool>(const WorkerSetup&)> make_pool;
};

/// When a run has to stop: after a signal, at the end of its --max-wall-time, or when its launcher
/// (mpirun's or Slurm's daemon) is gone. Not thread-safe.
class StopCondition {
 public:
  /// `has_launcher`: false for a lone process, which may outlive its shell. Throws UsageError for a
  /// --max-wall-time that is none.
  StopCondition(const RunArguments& arguments, bool has_launcher);

  bool ShouldContinue();

 private:
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> limit_;
  bool has_launcher_;
  Lifeline lifeline_;
};

struct RunEnd {
  int status = kAllEndedWell;    // 0, 1 or 75
  bool should_relaunch = false;  // all workers are lost: another launch could continue
};

/// Trains what is pending. Throws UsageError, ConfigError, DataError, StoreError, ResourceError.
RunEnd RunSweep(const RunArguments& arguments, const Workers& workers, StopCondition& stop);

}  // namespace lrsweep
