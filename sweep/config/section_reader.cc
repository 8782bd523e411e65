#include "sweep/config/section_reader.h"

#include <fmt/format.h>

#include <iterator>
#include <stdexcept>
#include <utility>

#include "params/find_by_name.h"
#include "params/names.h"
#include "schedulers/aliases/alias.h"
#include "schedulers/catalog.h"
#include "sweep/config/yaml_mistakes.h"
#include "trial/optimizers.h"

namespace lrsweep {
namespace {

enum class Place { kEntry, kMember };  // a scheduler stands under `scheduler:`, or in another one

SectionContent ReadSchedulerAt(const ConfigNode& node, const std::string& path, Place place,
                               const MetricTable& metrics);

/// Moves the axes and places of a nested section to the section around it.
void Adopt(SectionContent inner, SectionContent& outer) {
  outer.axes.insert(outer.axes.end(), std::make_move_iterator(inner.axes.begin()),
                    std::make_move_iterator(inner.axes.end()));
  outer.places.merge(inner.places);
}

/// Throws ConfigError at `at` where a parameter is missing.
void RequireComplete(const SectionContent& content, const Location& at, const std::string& path,
                     const std::string& owner, const std::vector<Parameter>& parameters) {
  if (content.missing.empty()) return;
  const std::string& name = content.missing.front();
  throw ConfigError(at, path + "." + name + " is required by " + owner + ": " +
                            Describe(*FindByName(parameters, name)));
}

Value CoerceAt(const Parameter& parameter, const ConfigNode& node, const std::string& path) {
  try {
    // Where only a text is allowed, an unquoted 2024 or true is a text too.
    const auto* scalar = node.AsScalar();
    const bool is_null = parameter.default_value == Value() && ToValue(node).IsNull();
    if (parameter.kind == Kind::kText && scalar != nullptr && !scalar->text.empty() && !is_null) {
      return scalar->text;
    }
    return Coerce(parameter, ToValue(node));
  } catch (const std::invalid_argument& error) {
    std::string what = path + ": " + error.what();
    if (node.AsSequence() != nullptr) what += "; a list to sweep over is written {grid: [...]}";
    what += DistributionHint(node);
    throw ConfigError(node.at, what);
  }
}

Value ReadMapping(const Parameter& parameter, const ConfigNode& node, const std::string& path,
                  SectionContent& around) {
  SectionContent inner = ReadSection(&node, path, path, parameter.members);
  RequireComplete(inner, node.at, path, path, parameter.members);
  Map values = std::move(inner.values);
  Adopt(std::move(inner), around);
  return values;
}

/// Reads {name: number, ...}, of which each number may be an axis.
Value ReadNumbers(const ConfigNode& node, const std::string& path, SectionContent& around) {
  Map numbers;
  for (const auto& entry : *node.AsMapping()) {
    const std::string entry_path = path + "." + entry.key;
    if (entry.key.find('.') != std::string::npos) {
      throw ConfigError(entry.key_at, entry_path + ": a name cannot contain a dot");
    }
    around.places.emplace(entry_path, entry.value.at);
    numbers.emplace(entry.key, ReadParameter({.name = entry.key}, entry.value, entry_path, around));
  }
  return numbers;
}

Value ReadMembers(const ConfigNode& node, const std::string& path, SectionContent& around) {
  List members;
  for (const ConfigNode& element : *node.AsSequence()) {
    const std::string member_path = path + "." + std::to_string(members.size());
    const auto read_member = [&](const ConfigNode& member, SectionContent& outside) -> Value {
      SectionContent inner = ReadSchedulerAt(member, member_path, Place::kMember, {});
      Map values = std::move(inner.values);
      Adopt(std::move(inner), outside);
      return values;
    };
    members.push_back(ReadOneOrAxis(element, member_path, around, read_member));
  }
  return members;
}

const Parameter& FindParameter(const std::vector<Parameter>& parameters,
                               const ConfigNode::Entry& entry, const std::string& path,
                               const std::string& owner) {
  if (const Parameter* parameter = FindByName(parameters, entry.key)) return *parameter;
  std::vector<std::string> known;
  for (const Parameter& parameter : parameters) known.push_back(parameter.name);
  throw ConfigError(entry.key_at, path + ": " + UnknownKey(owner + " parameter", entry.key, known));
}

/// The type that an entry names under `type`, out of all that there are; `what` is the kind of
/// entry in errors ("optimizer").
template <typename Type>
const Type& ReadType(const ConfigNode& node, const std::string& path, const std::string& what,
                     const std::vector<Type>& all) {
  if (node.AsMapping() != nullptr) {
    throw ConfigError(node.at, path + ".type: write several types as several entries");
  }
  const auto* scalar = node.AsScalar();
  const std::string name = scalar != nullptr ? scalar->text : "";
  std::vector<std::string> known;
  for (const Type& type : all) {
    if (type.name == name) return type;
    known.push_back(type.name);
  }
  throw ConfigError(node.at, path + ".type: " + UnknownName(what, name, known));
}

const OptimizerKind& ReadOptimizerKind(const ConfigNode* entry) {
  const ConfigNode* type = entry != nullptr ? entry->Get("type") : nullptr;
  if (type == nullptr) return OptimizerKinds().front();
  return ReadType(*type, "optimizer", "optimizer", OptimizerKinds());
}

/// What an entry names under `type`, and what it takes.
struct SchedulerName {
  std::string name;
  std::vector<Parameter> parameters;  // without `type` and those that every entry has
  std::vector<Parameter> common;      // that every entry has
  const Alias* alias = nullptr;       // of another library's name
};

SchedulerName ReadSchedulerName(const ConfigNode& entry, const std::string& path) {
  if (entry.AsMapping() == nullptr) {
    throw ConfigError(entry.at, path + ": expected a mapping such as {type: StepLR, step_size: 5}");
  }
  const ConfigNode* type = entry.Get("type");
  if (type == nullptr) throw ConfigError(entry.at, path + ": type is required");
  const auto* scalar = type->AsScalar();
  const std::string name = scalar != nullptr ? scalar->text : "";
  if (const SchedulerType* known = FindSchedulerType(name)) {
    return {name, known->parameters, CommonParameters(*known)};
  }
  if (const Alias* alias = FindAlias(name)) {
    return {name, alias->parameters, CommonParameters(*alias), alias};
  }
  if (type->AsMapping() != nullptr) {
    throw ConfigError(type->at, path + ".type: write several types as several entries");
  }
  throw ConfigError(type->at, path + ".type: " + UnknownScheduler(name));
}

/// Throws at the first key that the alias' original has, but not the alias.
void RefuseNotTaken(const Alias& alias, const ConfigNode& entry, const std::string& path,
                    Place place) {
  for (const auto& [key, key_at, value] : *entry.AsMapping()) {
    for (const auto& [name, why] : alias.refused) {
      if (key != name) continue;
      throw ConfigError(key_at,
                        fmt::format("{}.{}: {} does not take it: {}", path, key, alias.name, why));
    }
    if (key == "warmup" && place == Place::kEntry && !alias.warmup.empty()) {
      throw ConfigError(key_at,
                        path + ".warmup: the warm-up of " + alias.name + " is " + alias.warmup);
    }
  }
}

/// Lets a parameter that names a metric take those of the table. Where its default is none of them
/// it must be written.
void TakeMetrics(const MetricTable& metrics, std::vector<Parameter>& parameters) {
  for (Parameter& parameter : parameters) {
    if (!std::exchange(parameter.names_metric, false)) continue;
    parameter.choices.clear();
    bool has_default = false;
    for (const MetricInfo& metric : metrics) {
      parameter.choices.push_back(metric.name);
      has_default |= parameter.default_value == Value(metric.name);
    }
    if (!has_default) parameter.default_value.reset();
  }
}

/// `metrics`: of an entry, those that it may follow; a member can follow none.
SectionContent ReadSchedulerAt(const ConfigNode& node, const std::string& path, Place place,
                               const MetricTable& metrics) {
  const SchedulerName type = ReadSchedulerName(node, path);
  if (type.alias != nullptr) RefuseNotTaken(*type.alias, node, path, place);
  std::vector<Parameter> parameters = type.parameters;
  parameters.insert(parameters.begin(),
                    {.name = "type", .kind = Kind::kText, .default_value = type.name});
  if (place == Place::kEntry) {
    parameters.insert(parameters.end(), type.common.begin(), type.common.end());
    TakeMetrics(metrics, parameters);
  }
  SectionContent content = ReadSection(&node, path, type.name, parameters);
  RequireComplete(content, node.at, path, type.name, parameters);
  return content;
}

}  // namespace

std::string UnknownKey(const std::string& what, const std::string& key,
                       const std::vector<std::string>& known) {
  const std::string hint = MissingSpaceHint(key);
  return hint.empty() ? UnknownName(what, key, known) : hint;
}

std::string KeyHint(const ConfigNode& node) {
  const auto* scalar = node.AsScalar();
  const std::string hint = scalar != nullptr ? MissingSpaceHint(scalar->text) : "";
  return hint.empty() ? "" : "; " + hint;
}

Value ReadParameter(const Parameter& parameter, const ConfigNode& node, const std::string& path,
                    SectionContent& around) {
  const auto read_one = [&](const ConfigNode& one, SectionContent& outside) -> Value {
    RefuseNestedAxis(one, path);
    if (parameter.kind == Kind::kMapping && one.AsMapping() != nullptr) {
      return ReadMapping(parameter, one, path, outside);
    }
    if (parameter.kind == Kind::kNumberMap && one.AsMapping() != nullptr) {
      return ReadNumbers(one, path, outside);
    }
    const auto* list = one.AsSequence();
    if (parameter.kind == Kind::kSchedulers && list != nullptr && !list->empty()) {
      return ReadMembers(one, path, outside);
    }
    return CoerceAt(parameter, one, path);
  };
  return ReadOneOrAxis(node, path, around, read_one);
}

SectionContent ReadSection(const ConfigNode* node, const std::string& path,
                           const std::string& owner, const std::vector<Parameter>& parameters) {
  SectionContent content;
  if (node != nullptr) {
    const auto* mapping = node->AsMapping();
    if (mapping == nullptr) {
      throw ConfigError(node->at, path + ": expected a mapping of its parameters" + KeyHint(*node));
    }
    for (const auto& entry : *mapping) {
      const std::string entry_path = path + "." + entry.key;
      const Parameter& parameter = FindParameter(parameters, entry, entry_path, owner);
      content.places.emplace(entry_path, entry.value.at);
      content.values.emplace(entry.key, ReadParameter(parameter, entry.value, entry_path, content));
    }
  }
  for (const Parameter& parameter : parameters) {
    if (content.values.count(parameter.name) > 0) continue;
    if (parameter.default_value) {
      content.values.emplace(parameter.name, *parameter.default_value);
    } else {
      content.missing.push_back(parameter.name);
    }
  }
  return content;
}

SectionContent ReadScheduler(const ConfigNode& node, const MetricTable& metrics) {
  return ReadSchedulerAt(node, "scheduler", Place::kEntry, metrics);
}

SectionContent ReadOptimizer(const ConfigNode* node) {
  if (node != nullptr && node->AsMapping() == nullptr) {
    throw ConfigError(node->at, "optimizer: expected a mapping such as {type: SGD, lr: 0.1}");
  }
  const OptimizerKind& kind = ReadOptimizerKind(node);
  return ReadSection(node, "optimizer", kind.name, kind.parameters);
}

}  // namespace lrsweep
