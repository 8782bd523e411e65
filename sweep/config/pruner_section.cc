#include "sweep/config/pruner_section.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "params/names.h"
#include "params/text.h"
#include "sweep/config/section_reader.h"
#include "sweep/config/sweep_config.h"
#include "trial/metric_expression.h"

namespace lrsweep {
namespace {

constexpr int64_t kAllBrackets = 0;
constexpr const char* kHalving = "SuccessiveHalving";
constexpr const char* kHyperband = "Hyperband";

const std::vector<Parameter>& Parameters() {
  static const std::vector<Parameter> kParameters = {
      {.name = "type", .kind = Kind::kChoice, .choices = {kHalving, kHyperband}},
      {.name = "grace_period",
       .kind = Kind::kInteger,
       .default_value = int64_t{1},
       .range = {.minimum = 1}},
      {.name = "reduction_factor",
       .kind = Kind::kInteger,
       .default_value = int64_t{3},
       .range = {.minimum = 2}},
      {.name = "rungs",
       .kind = Kind::kChoice,
       .default_value = "shortened",
       .choices = {"shortened", "truncated"}},
      {.name = "rung_seeds",
       .kind = Kind::kInteger,
       .default_value = int64_t{3},
       .range = {.minimum = 1}},
      {.name = "brackets",
       .kind = Kind::kInteger,
       .default_value = Value(),
       .range = {.minimum = 1}}};
  return kParameters;
}

/// What Optuna, Weights & Biases, Determined and Ray Tune call our keys, or have in their place.
const std::map<std::string, std::string>& ForeignKeys() {
  static const std::map<std::string, std::string> kKeys = {
      {"min_resource", "did you mean \"grace_period\"?"},
      {"min_iter", "did you mean \"grace_period\"?"},
      {"min_budget", "did you mean \"grace_period\"?"},
      {"min_t", "did you mean \"grace_period\"?"},
      {"eta", "did you mean \"reduction_factor\"?"},
      {"divisor", "did you mean \"reduction_factor\"?"},
      {"halving_factor", "did you mean \"reduction_factor\"?"},
      {"s", "did you mean \"brackets\"?"},
      {"n_brackets", "did you mean \"brackets\"?"},
      {"num_brackets", "did you mean \"brackets\"?"},
      {"max_t", "the most is training.epochs"},
      {"max_iter", "the most is training.epochs"},
      {"max_resource", "the most is training.epochs"},
      {"max_resource_attr", "the most is training.epochs"},
      {"max_budget", "the most is training.epochs"},
      {"max_length", "the most is training.epochs"},
      {"max_time", "the most is training.epochs"},
      {"max_rungs", "grace_period and reduction_factor say how many rungs there are"},
      {"num_rungs", "grace_period and reduction_factor say how many rungs there are"},
      {"min_early_stopping_rate", "grace_period says where the first rung is"},
      {"resource_attr", "the resource is always the epoch"},
      {"time_attr", "the resource is always the epoch"},
      {"metric", "the objective decides: write it under objective"},
      {"mode", "the objective decides: write it under objective"},
      {"max_trials", "how many trials there are follows from the space: see search.trials"},
      {"max_concurrent_trials", "that is --workers"},
      {"stop_last_trials", "rungs are decided when they are complete"}};
  return kKeys;
}

/// Their names of the two types.
const std::map<std::string, std::string>& ForeignTypes() {
  static const std::map<std::string, std::string> kTypes = {{"SuccessiveHalvingPruner", kHalving},
                                                            {"ASHA", kHalving},
                                                            {"asha", kHalving},
                                                            {"sha", kHalving},
                                                            {"ASHAScheduler", kHalving},
                                                            {"AsyncHyperBandScheduler", kHalving},
                                                            {"async_halving", kHalving},
                                                            {"adaptive_asha", kHyperband},
                                                            {"HyperbandPruner", kHyperband},
                                                            {"HyperBandScheduler", kHyperband},
                                                            {"HyperBandForBOHB", kHyperband},
                                                            {"HyperBand", kHyperband},
                                                            {"hyperband", kHyperband}};
  return kTypes;
}

void RefuseForeignNames(const ConfigNode& node) {
  const auto* mapping = node.AsMapping();
  if (mapping == nullptr) return;
  for (const auto& entry : *mapping) {
    const auto key = ForeignKeys().find(entry.key);
    if (key != ForeignKeys().end()) {
      throw ConfigError(entry.key_at,
                        "pruner: unknown pruner parameter \"" + entry.key + "\"; " + key->second);
    }
    const auto* scalar = entry.key == "type" ? entry.value.AsScalar() : nullptr;
    const auto type = scalar != nullptr ? ForeignTypes().find(scalar->text) : ForeignTypes().end();
    if (type != ForeignTypes().end()) {
      throw ConfigError(entry.value.at, "pruner.type: unknown pruner \"" + scalar->text +
                                            "\"; did you mean \"" + type->second + "\"?");
    }
  }
}

Location PlaceOfKey(const ConfigNode& node, const std::string& key) {
  const ConfigNode* value = node.Get(key);
  return value != nullptr ? value->at : node.at;
}

}  // namespace

std::optional<PrunerConfig> ReadPruner(const ConfigNode& root) {
  const ConfigNode* node = root.Get("pruner");
  if (node == nullptr) return std::nullopt;
  RefuseForeignNames(*node);
  const SectionContent content = ReadSection(node, "pruner", "pruner", Parameters());
  RefuseAxes(content, "one sweep has one pruner");
  if (!content.missing.empty()) {
    throw ConfigError(node->at, "pruner.type is required: SuccessiveHalving or Hyperband");
  }
  const auto integer = [&content](const char* key) {
    return std::get<int64_t>(content.values.at(key));
  };
  const bool is_hyperband = content.values.at("type") == Value(kHyperband);
  PrunerConfig pruner = {.grace_period = integer("grace_period"),
                         .reduction_factor = integer("reduction_factor"),
                         .rung_seeds = integer("rung_seeds"),
                         .brackets = is_hyperband ? kAllBrackets : 1,
                         .is_truncated = content.values.at("rungs") == Value("truncated"),
                         .at = PlaceOfKey(*node, "grace_period")};
  if (content.values.at("brackets").IsNull()) return pruner;
  if (!is_hyperband) {
    throw ConfigError(PlaceOfKey(*node, "brackets"),
                      "pruner.brackets: SuccessiveHalving has one bracket: write type: Hyperband");
  }
  pruner.brackets = integer("brackets");
  return pruner;
}

void CompletePruner(SweepConfig& config) {
  if (!config.pruner) return;
  PrunerConfig& pruner = *config.pruner;
  if (ParseKnownMetric(config.objective.metric).derivation == Derivation::kSecondsTo) {
    throw ConfigError(pruner.at, "pruner: the objective " + config.objective.metric +
                                     " is measured by the clock, so that each run would keep "
                                     "other points: choose epochs_to or steps_to");
  }
  for (const Axis& axis : config.axes) {
    if (axis.path != "training.epochs") continue;
    throw ConfigError(axis.at,
                      "training.epochs: with a pruner it is the budget of the last rung, and "
                      "trials cannot differ in it: write one number");
  }
  const int64_t epochs = std::get<int64_t>(*Find(config.fixed, "training.epochs"));
  if (pruner.grace_period > epochs) {
    throw ConfigError(pruner.at, "pruner.grace_period: " + Counted(pruner.grace_period, "epoch") +
                                     " is longer than the run of " + Counted(epochs, "epoch"));
  }
  int64_t rungs = 1;
  for (int64_t budget = epochs / pruner.reduction_factor; budget >= pruner.grace_period;
       budget /= pruner.reduction_factor) {
    ++rungs;
  }
  if (rungs == 1) {
    throw ConfigError(pruner.at, "pruner: there is nothing to prune: the rung below the run of " +
                                     Counted(epochs, "epoch") + " would be at " +
                                     std::to_string(epochs / pruner.reduction_factor) +
                                     ", less than grace_period (" +
                                     std::to_string(pruner.grace_period) + ")");
  }
  if (pruner.brackets == kAllBrackets) pruner.brackets = rungs;
  if (pruner.brackets > rungs) {
    throw ConfigError(pruner.at, "pruner.brackets: " + std::to_string(pruner.brackets) +
                                     " are more than the " + Counted(rungs, "rung") +
                                     " with which a bracket can begin");
  }
}

}  // namespace lrsweep
