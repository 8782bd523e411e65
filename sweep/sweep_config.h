// The configuration of a sweep, checked and typed.
#pragma once

#include <string>
#include <vector>

#include "params/value.h"
#include "results/ranking.h"
#include "sweep/config_node.h"

namespace lrsweep {

/// One swept parameter.
struct Axis {
  std::string path;           // "training.seed"; of a scheduler's own parameters "scheduler.gamma"
  std::vector<Value> values;  // each once, in the order of the file
  size_t repeated = 0;        // values that were listed again
  Location at;
};

/// One entry under `scheduler:` with the axes of its own parameters.
struct SchedulerEntry {
  std::string type;
  Map fixed;  // the `scheduler` section: type, interval and every parameter that is no axis
  std::vector<Axis> axes;
  Location at;
};

struct SweepConfig {
  std::string name;  // letters, digits, '.', '_' and '-': it becomes a file's name
  Map fixed;         // the other sections of a trial, complete but for axes
  std::vector<Axis> axes;
  std::vector<SchedulerEntry> schedulers;  // at least one
  Objective objective;
  bool record_steps = true;
  std::string yaml;  // as run
};

/// `--set KEY=VALUE`: a dotted path and a value in YAML.
struct Setting {
  std::string path;
  std::string yaml;
};

/// "training.epochs=5" to its two parts. Throws ConfigError.
Setting ParseSetting(const std::string& text);

/// Reads the configuration `text` and the settings on top. Throws ConfigError at the first mistake:
/// unknown keys (naming the nearest known one), wrong types, values out of range, what is missing.
SweepConfig ParseSweepConfig(const std::string& text, const std::string& file,
                             const std::vector<Setting>& settings = {});

/// The same from a file.
SweepConfig LoadSweepConfig(const std::string& file, const std::vector<Setting>& settings = {});

}  // namespace lrsweep
