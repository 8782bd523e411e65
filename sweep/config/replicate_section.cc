#include "sweep/config/replicate_section.h"

#include <string>

#include "sweep/config/section_reader.h"
#include "sweep/config/sweep_config.h"
#include "trial/metric_expression.h"

namespace lrsweep {
namespace {

bool IsSeed(const ConfigNode* node) {
  const auto* scalar = node != nullptr ? node->AsScalar() : nullptr;
  return scalar != nullptr && (scalar->text == "seed" || scalar->text == "training.seed");
}

[[noreturn]] void RefuseAxis(const Location& at, const std::string& key,
                             const std::string& expected) {
  throw ConfigError(at, key + ": expected " + expected +
                            ": trials that differ in the seed alone are one group, and no other "
                            "parameter can make repetitions");
}

void CheckList(const ConfigNode& node) {
  const auto* list = node.AsSequence();
  const auto* only = list != nullptr && list->size() == 1 ? list->front().AsScalar() : nullptr;
  if (only != nullptr && only->text == "seed") return;
  RefuseAxis(node.at, "replicate", "[seed]");
}

RaceConfig ReadRace(const ConfigNode& node) {
  const SectionContent content = ReadSection(
      &node, "replicate.race", "race",
      {{.name = "confidence",
        .kind = Kind::kReal,
        .default_value = 0.95,
        .range = {.minimum = 0.5, .maximum = 1, .open_minimum = true, .open_maximum = true}}});
  RefuseAxes(content, "one sweep has one race");
  return {std::get<double>(content.values.at("confidence")), node.at};
}

}  // namespace

std::optional<RaceConfig> ReadReplicate(const ConfigNode& root) {
  const ConfigNode* node = root.Get("replicate");
  if (node == nullptr) return std::nullopt;
  const auto* mapping = node->AsMapping();
  if (mapping == nullptr) {
    CheckList(*node);
    return std::nullopt;
  }
  for (const auto& entry : *mapping) {
    if (entry.key == "axis" || entry.key == "race") continue;
    throw ConfigError(entry.key_at, "replicate: " + UnknownKey("replicate parameter", entry.key,
                                                               {"axis", "race"}));
  }
  const ConfigNode* axis = node->Get("axis");
  if (!IsSeed(axis)) RefuseAxis(axis != nullptr ? axis->at : node->at, "replicate.axis", "seed");
  const ConfigNode* race = node->Get("race");
  if (race == nullptr) return std::nullopt;
  return ReadRace(*race);
}

void CheckRace(const SweepConfig& config) {
  if (!config.race) return;
  if (ParseKnownMetric(config.objective.metric).derivation != Derivation::kSecondsTo) return;
  throw ConfigError(config.race->at, "replicate.race: the objective " + config.objective.metric +
                                         " is measured by the clock, so that each run would drop "
                                         "other groups: choose epochs_to or steps_to");
}

}  // namespace lrsweep
