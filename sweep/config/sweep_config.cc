#include "sweep/config/sweep_config.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "params/find_by_name.h"
#include "params/names.h"
#include "schedulers/aliases/alias.h"
#include "schedulers/catalog.h"
#include "sweep/config/free_section.h"
#include "sweep/config/objective_section.h"
#include "sweep/config/program_checks.h"
#include "sweep/config/program_section.h"
#include "sweep/config/pruner_section.h"
#include "sweep/config/rates_file.h"
#include "sweep/config/replicate_section.h"
#include "sweep/config/section_reader.h"
#include "sweep/config/yaml_reader.h"
#include "trial/optimizers.h"
#include "trial/trial_parameters.h"

namespace lrsweep {
namespace {

constexpr size_t kMaximumNameLength = 100;

std::string ReadName(const ConfigNode& root) {
  const ConfigNode* node = root.Get("name");
  if (node == nullptr) throw ConfigError(root.at, "name is required: it names the database");
  const auto* scalar = node->AsScalar();
  std::string name = scalar != nullptr ? scalar->text : "";  // a number too: 2024
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (name.empty() || name.size() > kMaximumNameLength || name.front() == '.' ||
      name.front() == '-' || !std::all_of(name.begin(), name.end(), allowed)) {
    throw ConfigError(node->at,
                      "name: expected letters, digits, '.', '_' and '-' (at most 100, not "
                      "beginning with '.' or '-'), since it names the database");
  }
  return name;
}

Map ReadFixedSection(const ConfigNode& root, const std::string& name,
                     const std::vector<Parameter>& parameters) {
  SectionContent content = ReadSection(root.Get(name), name, name, parameters);
  RefuseAxes(content, "it is not a parameter of a trial");
  return std::move(content.values);
}

/// The engine stands in the training section, but is the same for all trials of a sweep.
Parameter EngineParameter() {
  return {.name = "engine",
          .kind = Kind::kChoice,
          .default_value = "auto",
          .choices = {"auto", "cpu", "torch"}};
}

/// Removes the engine from the training section and returns it.
std::string TakeEngine(SectionContent& training) {
  for (const Axis& axis : training.axes) {
    if (axis.path != "training.engine") continue;
    throw ConfigError(axis.at, "training.engine: cannot be swept; one sweep has one engine");
  }
  const auto node = training.values.extract("engine");
  return std::get<std::string>(node.mapped());
}

bool ReadRecordSteps(const ConfigNode& root) {
  const Map map = ReadFixedSection(root, "record",
                                   {{.name = "steps",
                                     .kind = Kind::kChoice,
                                     .default_value = "all",
                                     .choices = {"all", "none"}}});
  return map.find("steps")->second == Value("all");
}

Entry ToEntry(SectionContent content, const Location& at) {
  const Value* written = Find(content.values, "type");
  std::string type = written != nullptr ? std::get<std::string>(*written) : "";
  return {std::move(type), std::move(content.values), std::move(content.axes),
          std::move(content.places), at};
}

/// The entries of a section: a list of alternatives, or one mapping.
std::vector<const ConfigNode*> EntryNodes(const ConfigNode& node, const std::string& name) {
  const auto* sequence = node.AsSequence();
  if (sequence == nullptr) return {&node};
  if (sequence->empty()) throw ConfigError(node.at, name + ": the list is empty");
  std::vector<const ConfigNode*> nodes;
  for (const ConfigNode& entry : *sequence) nodes.push_back(&entry);
  return nodes;
}

std::vector<Entry> ReadSchedulers(const ConfigNode& root, const MetricTable& metrics) {
  const ConfigNode* node = root.Get("scheduler");
  if (node == nullptr) throw ConfigError(root.at, "scheduler is required");
  std::vector<Entry> entries;
  for (const ConfigNode* entry : EntryNodes(*node, "scheduler")) {
    entries.push_back(ToEntry(ReadScheduler(*entry, metrics), entry->at));
  }
  return entries;
}

bool IsOverridden(const Entry& scheduler, const std::string& path) {
  const auto paths = OverriddenBy(scheduler, TrialScheduler(scheduler, scheduler.section));
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

/// Throws ConfigError unless every schedule overrides the parameter, which is missing.
void RequireMissing(const std::vector<Entry>& schedulers, const std::string& path,
                    const Location& section) {
  for (const Entry& scheduler : schedulers) {
    if (IsOverridden(scheduler, path)) continue;
    throw ConfigError(section, path + " is required by " + scheduler.type);
  }
}

/// Reads an optimizer's section of a program: what the schedule uses of it by its types, the rest
/// as it is.
SectionContent ReadProgramOptimizer(const ConfigNode* node) {
  const Range share = {.minimum = 0, .maximum = 1, .open_maximum = true};
  SectionContent content;
  if (node != nullptr) {
    content = ReadFreeSection(*node, "optimizer",
                              {{.name = "type", .kind = Kind::kText},
                               {.name = "lr", .kind = Kind::kReal, .range = {.minimum = 0}},
                               {.name = "momentum", .kind = Kind::kReal, .range = {.minimum = 0}},
                               {.name = "betas", .kind = Kind::kRealList, .range = share}});
  }
  if (!content.values.contains("lr")) content.missing.emplace_back("lr");
  return content;
}

std::vector<Entry> ReadOptimizers(const ConfigNode& root, const std::vector<Entry>& schedulers,
                                  bool of_program) {
  const ConfigNode* node = root.Get("optimizer");
  const auto nodes =
      node != nullptr ? EntryNodes(*node, "optimizer") : std::vector<const ConfigNode*>{nullptr};
  std::vector<Entry> entries;
  for (const ConfigNode* entry : nodes) {
    SectionContent content = of_program ? ReadProgramOptimizer(entry) : ReadOptimizer(entry);
    const Location at = entry != nullptr ? entry->at : root.at;
    for (const std::string& missing : content.missing) {
      RequireMissing(schedulers, "optimizer." + missing, at);
    }
    entries.push_back(ToEntry(std::move(content), at));
  }
  return entries;
}

/// Every key of a configuration, in the order of the documentation.
std::vector<std::string> TopLevelKeys() {
  std::vector<std::string> keys = {"name", "trial", "params"};
  for (const Section& section : TrialSections()) keys.push_back(section.name);
  keys.insert(keys.end(), {"optimizer", "scheduler", "search", "exclude", "zip", "objective",
                           "pruner", "record", "replicate"});
  return keys;
}

void CheckTopLevelKeys(const ConfigNode& root) {
  const std::vector<std::string> known = TopLevelKeys();
  const auto* mapping = root.AsMapping();
  if (mapping == nullptr) {
    throw ConfigError(root.at, "expected a mapping with the keys " + Listed(known) + KeyHint(root));
  }
  for (const auto& entry : *mapping) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      throw ConfigError(entry.key_at, UnknownKey("key", entry.key, known));
    }
  }
}

/// Throws ConfigError at a key that does not go with the program, or with the built-in model.
void CheckModelKeys(const ConfigNode& root) {
  const bool is_program = root.Get("trial") != nullptr;
  for (const auto& entry : *root.AsMapping()) {
    if (is_program && (entry.key == "dataset" || entry.key == "model")) {
      throw ConfigError(entry.key_at, entry.key + ": the program of trial.command has its own " +
                                          entry.key + ": write what it takes under params");
    }
    if (!is_program && entry.key == "params") {
      throw ConfigError(entry.key_at,
                        "params: they are of a program of your own: write which one it is under "
                        "trial.command");
    }
  }
}

void ApplySetting(const Setting& setting, ConfigNode& root) {
  ConfigNode value = ParseYaml(setting.yaml, "--set " + setting.path + "=" + setting.yaml);
  value.ForgetLines();
  SetPath(root, setting.path, value);
}

/// Whether the section `dataset` holds back training images.
bool HoldsBack(const Map& dataset) { return dataset.at("validation") != Value(int64_t{0}); }

/// Completes the section `dataset`. A trial has `held_back` only where it says what 0.1.0 could not
/// do: its ids, and the parameters that it stored, are of trials without it.
void ReadDataset(SectionContent& content, SweepConfig& config) {
  config.dataset = std::get<std::string>(content.values.at("name"));
  if (const auto at = content.places.find("dataset.name"); at != content.places.end()) {
    config.dataset_name_at = at->second;
  }
  const auto written = content.places.find("dataset.held_back");
  config.held_back_is_written = written != content.places.end();
  const bool holds_back = HoldsBack(content.values);
  if (config.held_back_is_written && !holds_back) {
    throw ConfigError(written->second,
                      "dataset.held_back needs dataset.validation, the number of these images");
  }
  const auto held_back = content.values.find("held_back");
  if (!holds_back || (config.held_back_is_written && held_back->second == Value("last"))) {
    content.values.erase(held_back);
  } else {
    held_back->second = "by_class";
  }
}

/// Reads dataset, model or training into the configuration.
void ReadTrialSection(const ConfigNode& root, const Section& section, SweepConfig& config) {
  const ConfigNode* node = root.Get(section.name);
  std::vector<Parameter> parameters = section.parameters;
  const bool has_engine = section.name == "training" && !config.program;
  if (has_engine) parameters.push_back(EngineParameter());
  SectionContent content = ReadSection(node, section.name, section.name, parameters);
  if (has_engine) config.engine = TakeEngine(content);
  if (!section.may_sweep) {
    RefuseAxes(content, "one sweep has one " + section.name + ", since it compares its trials");
  }
  if (!content.missing.empty()) {
    throw ConfigError(node != nullptr ? node->at : root.at,
                      section.name + "." + content.missing.front() + " is required");
  }
  if (section.name == "dataset") ReadDataset(content, config);
  config.fixed.emplace(section.name, std::move(content.values));
  std::move(content.axes.begin(), content.axes.end(), std::back_inserter(config.axes));
}

/// Throws ConfigError at what only the built-in model has under training.
void CheckProgramTraining(const ConfigNode* node) {
  const auto* mapping = node != nullptr ? node->AsMapping() : nullptr;
  if (mapping == nullptr) return;
  for (const auto& entry : *mapping) {
    if (entry.key == "epochs" || entry.key == "seed") continue;
    if (entry.key == "engine") {
      throw ConfigError(entry.key_at,
                        "training.engine: the program of trial.command is the engine: "
                        "leave it out");
    }
    if (entry.key == "batch_size") {
      throw ConfigError(entry.key_at,
                        "training.batch_size: the program of trial.command has its own batches: "
                        "write it under params, and trial.steps_per_epoch");
    }
    const std::string what = UnknownKey("training parameter", entry.key, {"epochs", "seed"});
    throw ConfigError(entry.key_at,
                      "training." + entry.key + ": " + what +
                          (what.ends_with('?') ? "" : "; the program's own go under params"));
  }
}

/// Reads trial, params and training into the configuration.
void ReadProgram(const ConfigNode& root, SweepConfig& config) {
  ProgramSection program = ReadProgramSection(*root.Get("trial"));
  config.program = std::move(program.spec);
  config.metrics = std::move(program.metrics);
  config.engine = kCommandEngine;
  config.fixed.emplace("trial", std::move(program.identity));
  SectionContent content;
  const ConfigNode* params = root.Get("params");
  if (params != nullptr) content = ReadFreeSection(*params, "params");
  config.fixed.emplace("params", std::move(content.values));
  config.axes = std::move(content.axes);
  CheckProgramTraining(root.Get("training"));
  Section training = *FindByName(TrialSections(), "training");
  std::erase_if(training.parameters,
                [](const Parameter& parameter) { return parameter.name == "batch_size"; });
  ReadTrialSection(root, training, config);
}

/// The axes of all sections.
std::vector<const Axis*> AllAxes(const SweepConfig& config) {
  std::vector<const Axis*> all;
  const auto add = [&all](const std::vector<Axis>& axes) {
    for (const Axis& axis : axes) all.push_back(&axis);
  };
  add(config.axes);
  for (const Entry& entry : config.schedulers) add(entry.axes);
  for (const Entry& entry : config.optimizers) add(entry.axes);
  return all;
}

/// Reads what chooses among the points that the axes span.
void ReadSpace(const ConfigNode& root, SweepConfig& config) {
  const std::vector<const Axis*> axes = AllAxes(config);
  config.search = ReadSearch(root);
  CheckSampled(config.search, axes);
  config.zips = ReadZips(root, axes);
  config.exclusions = ReadExclusions(root);
}

/// The number behind "at character" in the sentence; 0 where there is none.
int CharacterIn(const std::string& sentence) {
  const std::string words = " at character ";
  const size_t at = sentence.find(words);
  return at == std::string::npos ? 0 : std::atoi(sentence.c_str() + at + words.size());
}

}  // namespace

Location PlaceOf(const std::string& sentence, const std::string& section, const Entry& entry) {
  Location place = entry.at;
  std::string path = section;
  const bool has_section = sentence.starts_with(section + ".");
  for (size_t first = has_section ? section.size() + 1 : 0; first < sentence.size();) {
    const size_t end = std::min(sentence.find_first_of(" :", first), sentence.size());
    path += "." + sentence.substr(first, end - first);
    const auto found = entry.places.find(path);
    if (found != entry.places.end()) place = found->second;
    if (sentence.compare(end, 2, ": ") != 0) break;
    first = end + 2;
  }
  const int character = CharacterIn(sentence);
  if (character > 0 && place.text_column > 0) place.column = place.text_column + character - 1;
  return place;
}

Map TrialScheduler(const Entry& scheduler, const Map& section) {
  if (!HasAlias(section)) return section;
  try {
    return Translated(section);
  } catch (const std::invalid_argument& error) {
    throw ConfigError(PlaceOf(error.what(), "scheduler", scheduler),
                      "scheduler: " + scheduler.type + ": " + error.what());
  }
}

std::vector<std::string> OverriddenBy(const Entry& scheduler, const Map& section) {
  const SchedulerType& type = TypeOf(section);
  try {
    type.Check(section);
    return type.overrides(section);
  } catch (const std::invalid_argument& error) {
    throw ConfigError(PlaceOf(error.what(), "scheduler", scheduler),
                      "scheduler: " + type.name + ": " + error.what());
  }
}

void CheckOptimizerEntry(const Entry& optimizer, const Map& section) {
  try {
    CheckOptimizer(section);
  } catch (const std::invalid_argument& error) {
    throw ConfigError(PlaceOf(error.what(), "optimizer", optimizer),
                      "optimizer: " + optimizer.type + ": " + error.what());
  }
}

void HoldBackLast(SweepConfig& config) {
  if (config.held_back_is_written) return;
  std::get<Map>(config.fixed.at("dataset")).erase("held_back");
}

bool LengthsDiffer(const SweepConfig& config) {
  const auto is_length = [](const Axis& axis) {
    return axis.path == "training.epochs" && axis.Varies();
  };
  return std::any_of(config.axes.begin(), config.axes.end(), is_length) ||
         (config.pruner && !config.pruner->is_truncated);
}

std::string ChooseEngine(const std::string& asked_for, bool workers_have_gpus) {
  if (asked_for != "auto") return asked_for;
  return workers_have_gpus ? "torch" : "cpu";
}

Setting ParseSetting(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    throw ConfigError({"--set " + text, 0, 0}, "expected KEY=VALUE, such as training.epochs=5");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

SweepConfig ParseSweepConfig(const std::string& text, const std::string& file,
                             const std::vector<Setting>& settings) {
  ConfigNode root = ParseYaml(text, file);
  for (const Setting& setting : settings) ApplySetting(setting, root);
  const bool has_files = ReadRatesFiles(root);
  CheckTopLevelKeys(root);
  CheckModelKeys(root);
  SweepConfig config;
  config.name = ReadName(root);
  config.yaml = settings.empty() && !has_files ? text : EmitYaml(root);
  const bool is_program = root.Get("trial") != nullptr;
  if (is_program) ReadProgram(root, config);
  config.schedulers = ReadSchedulers(root, config.metrics);
  config.optimizers = ReadOptimizers(root, config.schedulers, is_program);
  if (!is_program) {
    for (const Section& section : TrialSections()) ReadTrialSection(root, section, config);
    config.metrics = BuiltInMetrics(HoldsBack(std::get<Map>(config.fixed.at("dataset"))));
  }
  ReadSpace(root, config);
  config.objective = ReadObjective(root, config.metrics);
  config.record_steps = ReadRecordSteps(root);
  config.race = ReadReplicate(root);
  CheckRace(config);
  config.pruner = ReadPruner(root);
  CompletePruner(config);
  CheckSearch(config);
  if (is_program) CheckProgram(root, config);
  return config;
}

SweepConfig LoadSweepConfig(const std::string& file, const std::vector<Setting>& settings) {
  return ParseSweepConfig(ReadConfigText(file), file, settings);
}

}  // namespace lrsweep
