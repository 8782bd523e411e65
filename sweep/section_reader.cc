#include "sweep/section_reader.h"

#include <algorithm>
#include <stdexcept>
#include <unordered_set>
#include <utility>

namespace lrsweep {
namespace {

Value CoerceAt(const Parameter& parameter, const ConfigNode& node, const std::string& path) {
  try {
    // An unquoted text such as 2024 or true is a text all the same where only a text can stand.
    const auto* scalar = node.AsScalar();
    if (parameter.kind == Kind::kText && scalar != nullptr && !scalar->text.empty()) {
      return scalar->text;
    }
    return Coerce(parameter, ToValue(node));
  } catch (const std::invalid_argument& error) {
    std::string what = path + ": " + error.what();
    if (node.AsSequence() != nullptr) what += "; a list to sweep over is written {grid: [...]}";
    throw ConfigError(node.at, what);
  }
}

/// The list under `grid` if the node is {grid: [...]}, else nullptr.
const ConfigNode* FindGrid(const ConfigNode& node, const std::string& path) {
  const ConfigNode* grid = node.Get("grid");
  if (grid == nullptr) return nullptr;
  if (node.AsMapping()->size() > 1) {
    throw ConfigError(node.at, path + ": grid must stand alone, as in {grid: [1, 2]}");
  }
  const auto* list = grid->AsSequence();
  if (list == nullptr || list->empty()) {
    throw ConfigError(grid->at, path + ": grid needs a list of at least one value");
  }
  return grid;
}

Axis ReadAxis(const Parameter& parameter, const ConfigNode& grid, const std::string& path) {
  Axis axis;
  axis.path = path;
  axis.at = grid.at;
  std::unordered_set<std::string> seen;
  for (const ConfigNode& element : *grid.AsSequence()) {
    if (element.Get("grid") != nullptr) {
      throw ConfigError(element.at, path + ": a grid inside a grid");
    }
    Value value = CoerceAt(parameter, element, path);
    if (seen.insert(ToJson(value)).second) {
      axis.values.push_back(std::move(value));
    } else {
      ++axis.repeated;
    }
  }
  return axis;
}

const Parameter& FindParameter(const Section& section, const ConfigNode::Entry& entry,
                               const std::string& owner) {
  std::vector<std::string> known;
  for (const Parameter& parameter : section.parameters) {
    if (parameter.name == entry.key) return parameter;
    known.push_back(parameter.name);
  }
  throw ConfigError(entry.key_at, section.name + "." + entry.key + ": " +
                                      UnknownName(owner + " parameter", entry.key, known));
}

/// Whose parameters the section's are, for errors: "training", or the scheduler's type.
std::string Owner(const ConfigNode& node, const Section& section) {
  const ConfigNode* type = section.name == "scheduler" ? node.Get("type") : nullptr;
  return type != nullptr ? type->AsScalar()->text : section.name;
}

void ReadEntry(const ConfigNode::Entry& entry, const Parameter& parameter, const Section& section,
               SectionContent& content) {
  const std::string path = section.name + "." + entry.key;
  const ConfigNode* grid = FindGrid(entry.value, path);
  if (grid == nullptr) {
    content.fixed.emplace(entry.key, CoerceAt(parameter, entry.value, path));
    return;
  }
  if (!section.may_sweep) {
    throw ConfigError(entry.value.at, path + ": cannot be swept; one sweep has one " +
                                          section.name + ", since it compares its trials");
  }
  Axis axis = ReadAxis(parameter, *grid, path);
  if (axis.values.size() == 1) {
    content.fixed.emplace(entry.key, axis.values.front());
  }
  content.axes.push_back(std::move(axis));
}

}  // namespace

SectionContent ReadSection(const ConfigNode& parent, const ConfigNode* node,
                           const Section& section) {
  SectionContent content;
  std::unordered_set<std::string> written;
  if (node != nullptr) {
    const auto* mapping = node->AsMapping();
    if (mapping == nullptr) {
      throw ConfigError(node->at, section.name + ": expected a mapping of its parameters");
    }
    for (const auto& entry : *mapping) {
      ReadEntry(entry, FindParameter(section, entry, Owner(*node, section)), section, content);
      written.insert(entry.key);
    }
  }
  for (const Parameter& parameter : section.parameters) {
    if (written.count(parameter.name) > 0) continue;
    if (parameter.default_value) {
      content.fixed.emplace(parameter.name, *parameter.default_value);
    } else if (section.name == "scheduler") {
      throw ConfigError(node != nullptr ? node->at : parent.at,
                        "scheduler." + parameter.name + " is required by " + Owner(*node, section) +
                            ": " + Describe(parameter));
    } else {
      content.missing.push_back(parameter.name);
    }
  }
  return content;
}

std::string UnknownName(const std::string& what, const std::string& unknown,
                        const std::vector<std::string>& known) {
  std::string text = "unknown " + what + " \"" + unknown + "\"";
  const std::string nearest = NearestName(unknown, known);
  if (!nearest.empty()) return text + "; did you mean \"" + nearest + "\"?";
  text += "; known are ";
  for (size_t i = 0; i < known.size(); ++i) text += (i > 0 ? ", " : "") + known[i];
  return text;
}

void ForgetLines(ConfigNode& node) {
  node.at.line = 0;
  if (auto* sequence = std::get_if<ConfigNode::Sequence>(&node.content)) {
    for (ConfigNode& element : *sequence) ForgetLines(element);
  } else if (auto* mapping = std::get_if<ConfigNode::Mapping>(&node.content)) {
    for (auto& entry : *mapping) {
      entry.key_at.line = 0;
      ForgetLines(entry.value);
    }
  }
}

}  // namespace lrsweep
