#include "sweep/config/free_section.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "params/find_by_name.h"
#include "params/text.h"
#include "sweep/config/section_reader.h"

namespace lrsweep {
namespace {

Value ReadFree(const ConfigNode& node, const std::string& path, SectionContent& around);

void CheckName(const ConfigNode::Entry& entry, const std::string& path) {
  if (entry.key.empty()) throw ConfigError(entry.key_at, path + ": a name cannot be empty");
  if (entry.key.find('.') == std::string::npos) return;
  throw ConfigError(entry.key_at, path + "." + entry.key +
                                      ": a name cannot contain a dot; nest it: " +
                                      entry.key.substr(0, entry.key.find('.')) + ": {" +
                                      entry.key.substr(entry.key.find('.') + 1) + ": ...}");
}

/// YAML's infinities and NaN, which ToValue takes for texts.
bool IsNoFiniteNumber(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  const std::string lower = Lower(std::string(text));
  return lower == ".inf" || lower == ".nan";
}

Value ReadFreeScalar(const ConfigNode& node, const std::string& path) {
  const auto& scalar = *node.AsScalar();
  if (!scalar.quoted && IsNoFiniteNumber(scalar.text)) {
    throw ConfigError(node.at, path + ": " + scalar.text +
                                   " is no number of JSON; in quotes it is passed as a text");
  }
  if (scalar.text.find('\0') != std::string::npos) {
    throw ConfigError(node.at, path + ": a program's argument cannot hold a NUL character");
  }
  return ToValue(node);
}

Value ReadFreeMapping(const ConfigNode& node, const std::string& path, SectionContent& around) {
  Map values;
  for (const auto& entry : *node.AsMapping()) {
    CheckName(entry, path);
    const std::string entry_path = path + "." + entry.key;
    around.places.emplace(entry_path, entry.value.at);
    values.emplace(entry.key, ReadFree(entry.value, entry_path, around));
  }
  return values;
}

Value ReadFree(const ConfigNode& node, const std::string& path, SectionContent& around) {
  const auto read_one = [&path](const ConfigNode& one, SectionContent& outside) -> Value {
    if (one.AsScalar() != nullptr) return ReadFreeScalar(one, path);
    RefuseNestedAxis(one, path);
    if (one.AsMapping() != nullptr) return ReadFreeMapping(one, path, outside);
    List values;
    for (const ConfigNode& element : *one.AsSequence()) {
      values.push_back(ReadFree(element, path + "." + std::to_string(values.size()), outside));
    }
    return values;
  };
  return ReadOneOrAxis(node, path, around, read_one);
}

}  // namespace

SectionContent ReadFreeSection(const ConfigNode& node, const std::string& path,
                               const std::vector<Parameter>& known) {
  const auto* mapping = node.AsMapping();
  if (mapping == nullptr) {
    throw ConfigError(node.at, path + ": expected a mapping of parameters" + KeyHint(node));
  }
  if (node.Get("grid") != nullptr) {
    throw ConfigError(node.Get("grid")->at,
                      path +
                          ": cannot be swept as a whole; write a grid in the place of a value, "
                          "as in {width: {grid: [64, 128]}}");
  }
  SectionContent content;
  for (const auto& entry : *mapping) {
    CheckName(entry, path);
    const std::string entry_path = path + "." + entry.key;
    const Parameter* parameter = FindByName(known, entry.key);
    content.places.emplace(entry_path, entry.value.at);
    content.values.emplace(entry.key,
                           parameter != nullptr
                               ? ReadParameter(*parameter, entry.value, entry_path, content)
                               : ReadFree(entry.value, entry_path, content));
  }
  return content;
}

}  // namespace lrsweep
