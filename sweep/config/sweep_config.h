// The configuration of a sweep, checked and typed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "params/value.h"
#include "results/ranking.h"
#include "sweep/config/config_node.h"
#include "sweep/config/section_reader.h"

namespace lrsweep {

/// One entry under `scheduler:` or `optimizer:` with the axes of its own parameters.
struct Entry {
  std::string type;
  Map section;  // type and every parameter; an axis has its first value here
  std::vector<Axis> axes;
  std::map<std::string, Location> places;  // of what was written, by path
  Location at;
};

struct SweepConfig {
  std::string name;  // letters, digits, '.', '_' and '-': it becomes a file's name
  Map fixed;         // the other sections of a trial; an axis has its first value here
  std::vector<Axis> axes;
  std::vector<Entry> schedulers;  // at least one
  std::vector<Entry> optimizers;  // likewise
  Objective objective;
  bool record_steps = true;
  std::string engine = "auto";  // auto, cpu or torch: no parameter of a trial (engine_choice.h)
  std::string yaml;             // as run
};

/// What has no effect in a section of this scheduler entry's, as SchedulerType::overrides. Throws
/// ConfigError where the section contradicts itself, at the parameter that is named or else at the
/// entry.
std::vector<std::string> OverriddenBy(const Entry& scheduler, const Map& section);

/// Throws ConfigError likewise where a section of this optimizer entry's contradicts itself; what
/// the schedule overrides is not in it any more.
void CheckOptimizerEntry(const Entry& optimizer, const Map& section);

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
