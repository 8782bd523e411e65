#include "sweep/verification/trial_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <utility>
#include <vector>

#include "params/errors.h"
#include "params/json_value.h"
#include "sweep/config/trial_id.h"
#include "sweep/config/yaml_reader.h"
#include "sweep/data/sweep_data.h"
#include "sweep/search/search_space.h"
#include "trial/optimizers.h"

namespace lrsweep {
namespace {

constexpr size_t kIdInName = 8;
constexpr size_t kLongestSweepInName = 80;

ConfigNode Scalar(const std::string& text) { return {{}, ConfigNode::Scalar{text, false}}; }

/// Whether the text can stand unquoted anywhere in YAML: it is read back as the same text.
bool IsPlainWord(const ConfigNode& unquoted) {
  const std::string& text = unquoted.AsScalar()->text;
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; };
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0 &&
         std::all_of(text.begin(), text.end(), plain) && ToValue(unquoted) == Value(text);
}

struct NodeMaker {
  ConfigNode operator()(const std::string& text) const {
    ConfigNode node = Scalar(text);
    if (!IsPlainWord(node)) node = {{}, ConfigNode::Scalar{text, true}};
    return node;
  }
  ConfigNode operator()(const List& list) const {
    ConfigNode::Sequence elements;
    for (const Value& element : list) elements.push_back(std::visit(*this, element));
    return {{}, std::move(elements)};
  }
  ConfigNode operator()(const Map& map) const {
    ConfigNode::Mapping entries;
    // People write the type first.
    const auto type = map.find("type");
    if (type != map.end()) entries.push_back({type->first, {}, std::visit(*this, type->second)});
    for (const auto& [key, value] : map) {
      if (key != "type") entries.push_back({key, {}, std::visit(*this, value)});
    }
    return {{}, std::move(entries)};
  }
  ConfigNode operator()(const auto& scalar) const { return Scalar(ToJson(scalar)); }
};

/// A trial lacks the first beta if its schedule overrides it. `betas` needs one all the same; the
/// default serves, since it is ignored.
void FillOverriddenBeta(Map& params) {
  const Value* beta = Find(params, "optimizer.betas.0");
  if (beta == nullptr || !beta->IsNull()) return;
  if (ModelOf(params) == Model::kProgram) {
    constexpr double kAny = 0.9;
    return SetAt(params, "optimizer.betas.0", kAny);
  }
  const auto& known = OptimizerOf(std::get<Map>(params.at("optimizer"))).parameters;
  for (const Parameter& parameter : known) {
    if (parameter.name != "betas") continue;
    SetAt(params, "optimizer.betas.0", std::get<List>(*parameter.default_value).front());
  }
}

ConfigNode Objectives(const Objective& objective) {
  return NodeMaker()(
      Map{{"metric", objective.metric}, {"mode", objective.mode}, {"scope", objective.scope}});
}

/// Names data that the trial names by content as the sweep's configuration does, since they cannot
/// be found by that; and names the held-back images where they are not those of a new database.
void CompleteDataset(const SweepRecord& sweep, const Map& params, Map& sections) {
  const auto& name = std::get<std::string>(*Find(params, "dataset.name"));
  if (name.starts_with("sha256:")) {
    SetAt(sections, "dataset.name", DatasetOf(sweep));
  }
  const Value* images = Find(sections, "dataset.validation");
  if (images != nullptr && Find(sections, "dataset.held_back") == nullptr) {
    SetAt(sections, "dataset.held_back", "last");
  }
}

/// Makes {grid: [value]} of the values that the sweep sweeps: {args} in the command stands for
/// them.
void KeepSwept(const SweepRecord& sweep, Map& sections) {
  const SweepConfig config = ParseSweepConfig(sweep.config_yaml, sweep.name);
  for (const std::string& path : config.program->swept) {
    const Value* value = Find(sections, path);
    if (value != nullptr) SetAt(sections, path, Map{{"grid", List{*value}}});
  }
}

/// The section `trial`: what is part of the trial's identity as the trial has it, the rest as the
/// sweep has it.
ConfigNode ProgramNode(const SweepRecord& sweep, const Map& identity) {
  ConfigNode node = NodeMaker()(identity);
  auto& entries = std::get<ConfigNode::Mapping>(node.content);
  const ConfigNode root = ParseYaml(sweep.config_yaml, sweep.name);
  const ConfigNode* written = root.Get("trial");
  if (written == nullptr || written->AsMapping() == nullptr) return node;
  for (const auto& entry : *written->AsMapping()) {
    const bool is_identity =
        entry.key == "command" || entry.key == "version" || entry.key == "steps_per_epoch";
    if (!is_identity) entries.push_back(entry);
  }
  return node;
}

std::string Compose(const SweepRecord& sweep, const TrialRow& row) {
  Map params = ParseParams(row.params_json);
  const bool is_program = ModelOf(params) == Model::kProgram;
  FillOverriddenBeta(params);
  Map sections = CanonicalParams(params);
  if (is_program) {
    KeepSwept(sweep, sections);
  } else {
    CompleteDataset(sweep, params, sections);
  }
  ConfigNode::Mapping root;
  root.push_back({"name",
                  {},
                  NodeMaker()(sweep.name.substr(0, kLongestSweepInName) + "-" +
                              row.trial_id.substr(0, kIdInName))});
  for (const std::string section :
       {"trial", "dataset", "model", "params", "training", "optimizer", "scheduler"}) {
    const auto found = sections.find(section);
    const Map values = found == sections.end() ? Map() : std::get<Map>(found->second);
    ConfigNode node =
        is_program && section == "trial" ? ProgramNode(sweep, values) : NodeMaker()(values);
    auto& entries = std::get<ConfigNode::Mapping>(node.content);
    if (!is_program && section == "training") {
      entries.push_back({"engine", {}, Scalar(sweep.engine)});
    }
    if (!entries.empty()) root.push_back({section, {}, std::move(node)});
  }
  root.push_back({"objective", {}, Objectives(sweep.objective)});
  if (!sweep.record_steps) root.push_back({"record", {}, NodeMaker()(Map{{"steps", "none"}})});
  return fmt::format("# Trial {} of the sweep {}, alone.\n{}", row.trial_id, sweep.name,
                     EmitYaml({{}, std::move(root)}));
}

/// Throws UsageError unless the trial of `yaml` is the stored one.
Trial OnlyTrialOf(const std::string& yaml, const SweepRecord& sweep, const TrialRow& row) {
  SweepConfig config = ParseSweepConfig(yaml, "trial " + row.trial_id);
  const Map stored = ParseParams(row.params_json);
  if (!config.program) SetAt(config.fixed, "dataset.name", *Find(stored, "dataset.name"));
  const SearchSpace space(std::move(config));
  if (space.size() == 1 && space.IdAt(0) == row.trial_id) return space.At(0);
  throw UsageError(
      fmt::format("trial {}: its parameters do not give its id: they were changed, or lrsweep {}, "
                  "which created the database, read them differently from this version",
                  row.trial_id, sweep.version));
}

/// The configuration of the trial alone, and the trial that it gives.
std::pair<std::string, Trial> Repeated(const SweepRecord& sweep, const TrialRow& row) {
  try {
    std::string yaml = Compose(sweep, row);
    Trial trial = OnlyTrialOf(yaml, sweep, row);
    return {std::move(yaml), std::move(trial)};
  } catch (const UsageError&) {
    throw;
  } catch (const std::exception& error) {  // an unknown type or form of parameters
    throw UsageError("trial " + row.trial_id + ": " + error.what());
  }
}

}  // namespace

std::string TrialConfigYaml(const SweepRecord& sweep, const TrialRow& row) {
  return Repeated(sweep, row).first;
}

Trial RestoreTrial(const SweepRecord& sweep, const TrialRow& row) {
  return Repeated(sweep, row).second;
}

}  // namespace lrsweep
