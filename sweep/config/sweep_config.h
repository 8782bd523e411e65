// The configuration of a sweep, checked and typed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "params/value.h"
#include "sweep/config/config_node.h"
#include "sweep/config/constraints.h"
#include "sweep/config/pruner_section.h"
#include "sweep/config/replicate_section.h"
#include "sweep/config/search_section.h"
#include "sweep/config/section_reader.h"
#include "trial/metrics.h"
#include "trial/objective.h"
#include "trial/program.h"

namespace lrsweep {

/// One entry under `scheduler:` or `optimizer:` with the axes of its own parameters.
struct Entry {
  std::string type;  // a scheduler's may be another library's name (schedulers/aliases); a
                     // program's optimizer may have none
  Map section;       // type and every parameter; of an axis its first value
  std::vector<Axis> axes;
  std::map<std::string, Location> places;  // of the written values, by path
  Location at;
};

struct SweepConfig {
  std::string name;          // a file name: letters, digits, '.', '_' and '-'
  Map fixed;                 // dataset, model and training; or trial, params and training of a
                             // program. Of an axis its first value
  std::string dataset;       // finds the data: dataset.name as written, which trials may name
                             // otherwise
  Location dataset_name_at;  // where it is written
  bool held_back_is_written = false;  // dataset.held_back
  std::vector<Axis> axes;             // of these sections
  std::vector<Entry> schedulers;      // at least one
  std::vector<Entry> optimizers;      // at least one
  SearchSettings search;
  std::vector<WrittenText> exclusions;  // conditions: their points are left out
  std::vector<Zip> zips;
  Objective objective;
  std::optional<PrunerConfig> pruner;      // grants most points less than training.epochs
  std::optional<RaceConfig> race;          // hands out the seeds of the axis round by round
  bool record_steps = true;                // rate and loss of every step go to the database
  std::string engine = "auto";             // auto, cpu or torch; not part of a trial (ChooseEngine)
  std::optional<ProgramSpec> program;      // trains in place of the built-in model; its
                                           // trials_folder is the run's
  MetricTable metrics = BuiltInMetrics();  // those that trials record
  std::string yaml;  // the text that was read, with the settings applied and tables' files read
};

/// Reads the data of a configuration that continues a database of lrsweep 0.1.0 (identity 1): the
/// held-back images are the last ones where nothing else is written.
void HoldBackLast(SweepConfig& config);

/// Whether trials may differ in their number of epochs.
bool LengthsDiffer(const SweepConfig& config);

/// The engine of a sweep that asks for "auto", "cpu" or "torch": auto is LibTorch where every
/// worker has a GPU that it can use, else the CPU engine. Decided once, when the database is
/// created.
std::string ChooseEngine(const std::string& asked_for, bool workers_have_gpus);

/// The place of the parameter of the entry that the sentence begins with, or else of the entry:
/// "gamma ..." or "scheduler.gamma ...", "schedulers.1: gamma: ..." for one of a nested scheduler.
/// `section` is "scheduler" or "optimizer". A sentence that says "at character 5" of a parameter's
/// text leads to that character, where it stands in one line as it is.
Location PlaceOf(const std::string& sentence, const std::string& section, const Entry& entry);

/// The scheduler section of a trial, of the entry's section at one point: names of other libraries'
/// are translated to types of the catalog. Throws ConfigError where their parameters contradict
/// each other.
Map TrialScheduler(const Entry& scheduler, const Map& section);

/// The parameters that such a section overrides, as SchedulerType::overrides.
/// Throws ConfigError where the section contradicts itself, at the parameter that the error names
/// if it was written, else at the entry.
std::vector<std::string> OverriddenBy(const Entry& scheduler, const Map& section);

/// Throws ConfigError, at the same places, where a section of this optimizer entry contradicts
/// itself. What the schedule overrides must have been removed from the section.
void CheckOptimizerEntry(const Entry& optimizer, const Map& section);

/// One `--set KEY=VALUE`.
struct Setting {
  std::string path;  // dotted: "training.epochs"
  std::string yaml;  // the value
};

/// Splits "training.epochs=5" at its first '='. Throws ConfigError.
Setting ParseSetting(const std::string& text);

/// Reads a configuration and then applies the settings, in their order. `file` names it in errors.
/// Throws ConfigError at the first mistake: an unknown key (with the nearest known one), a wrong
/// type, a value out of range, a missing parameter.
SweepConfig ParseSweepConfig(const std::string& text, const std::string& file,
                             const std::vector<Setting>& settings = {});

/// The same from a file.
SweepConfig LoadSweepConfig(const std::string& file, const std::vector<Setting>& settings = {});

}  // namespace lrsweep
