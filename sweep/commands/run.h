// `lrsweep run`: its options. run.cc chooses who trains, run_sweep.h runs the sweep with them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sweep/commands/progress.h"
#include "sweep/commands/shared_options.h"
#include "sweep/process/launcher.h"

namespace lrsweep {

struct RunArguments {
  ConfigArguments config;
  std::string db;  // empty: NAME.db in the current folder
  bool strict = false;
  bool no_share = false;
  int64_t branch_megabytes = 1024;
  bool quiet = false;
  bool verbose = false;
  bool retry_failed = false;
  double checkpoint_seconds = 10;  // the least time between two checkpoints of a trial
  double worker_timeout_seconds = 60;
  int64_t max_attempts = 3;
  std::string max_wall_time;  // as written; empty: no limit
  std::string journal = "auto";
  std::optional<std::string> engine;  // in place of the configuration's training.engine
  std::optional<int64_t> pack_size;   // of every pack on a GPU
  std::optional<int64_t> workers;     // processes of their own
  std::string launcher = "auto";      // ChooseLaunchMethod's word; used with `workers`
  LaunchOptions launch;               // used with `workers`
};

/// The configuration with --set and --engine. Throws ConfigError, and UsageError for options that
/// have no meaning for a user's program.
SweepConfig LoadConfig(const RunArguments& arguments);

/// The seconds of --max-wall-time (ParseDuration). Throws UsageError.
double ParseWallTime(const std::string& text);

}  // namespace lrsweep
