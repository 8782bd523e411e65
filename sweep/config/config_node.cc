#include "sweep/config/config_node.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace lrsweep {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// A number of YAML's core schema.
struct NumberText {
  std::string_view digits;  // of the integer part
  bool is_whole = true;     // it has no fraction and no exponent
};

/// Nullopt for other text.
std::optional<NumberText> ParseNumberText(std::string_view text) {
  size_t at = 0;
  const auto skip_digits = [&] {
    const size_t first = at;
    while (at < text.size() && IsDigit(text[at])) ++at;
    return text.substr(first, at - first);
  };
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  NumberText number;
  number.digits = skip_digits();
  std::string_view fraction;
  if (at < text.size() && text[at] == '.') {
    ++at;
    fraction = skip_digits();
    number.is_whole = false;
  }
  if (number.digits.empty() && fraction.empty()) return std::nullopt;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (skip_digits().empty()) return std::nullopt;
    number.is_whole = false;
  }
  if (at != text.size()) return std::nullopt;
  return number;
}

template <typename Number>
Number ParseAs(const ConfigNode& node, std::string_view text) {
  const std::string_view unsigned_text = text.front() == '+' ? text.substr(1) : text;
  Number number{};
  const char* end = unsigned_text.data() + unsigned_text.size();
  const auto [stop, error] = std::from_chars(unsigned_text.data(), end, number);
  if (error != std::errc() || stop != end) {
    throw ConfigError(node.at, std::string(text) + " is beyond the range of 64-bit numbers");
  }
  return number;
}

Value ResolveScalar(const ConfigNode& node, const ConfigNode::Scalar& scalar) {
  const std::string& text = scalar.text;
  if (scalar.quoted) return text;
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  const auto number = ParseNumberText(text);
  if (!number) return text;
  if (number->digits.size() > 1 && number->digits.front() == '0') {
    throw ConfigError(node.at,
                      text + " has a leading zero, which some programs read as octal: remove it");
  }
  if (number->is_whole) return ParseAs<int64_t>(node, text);
  return ParseAs<double>(node, text);
}

/// The node under `key`; a mapping that lacks the key gets an empty mapping under it.
ConfigNode& Child(ConfigNode& node, const std::string& key, const Location& at) {
  if (auto* sequence = std::get_if<ConfigNode::Sequence>(&node.content)) {
    size_t index = sequence->size();
    const char* end = key.data() + key.size();
    const bool number = std::from_chars(key.data(), end, index).ptr == end;
    if (number && index < sequence->size()) return (*sequence)[index];
    throw ConfigError(at, "\"" + key + "\" is not the index of one of the list's " +
                              std::to_string(sequence->size()) + " elements (from 0)");
  }
  auto* mapping = std::get_if<ConfigNode::Mapping>(&node.content);
  if (mapping == nullptr)
    throw ConfigError(at, "\"" + key + "\" cannot be set: the value above it is no mapping");
  for (auto& entry : *mapping) {
    if (entry.key == key) return entry.value;
  }
  mapping->push_back({key, at, ConfigNode{at, ConfigNode::Mapping{}}});
  return mapping->back().value;
}

}  // namespace

const ConfigNode* ConfigNode::Get(const std::string& key) const {
  if (const Mapping* mapping = AsMapping()) {
    for (const Entry& entry : *mapping) {
      if (entry.key == key) return &entry.value;
    }
  }
  return nullptr;
}

void ConfigNode::ForgetLines() {
  at.line = 0;
  if (auto* sequence = std::get_if<Sequence>(&content)) {
    for (ConfigNode& element : *sequence) element.ForgetLines();
  } else if (auto* mapping = std::get_if<Mapping>(&content)) {
    for (Entry& entry : *mapping) {
      entry.key_at.line = 0;
      entry.value.ForgetLines();
    }
  }
}

Value ToValue(const ConfigNode& node) {
  if (const auto* scalar = node.AsScalar()) return ResolveScalar(node, *scalar);
  if (const auto* sequence = node.AsSequence()) {
    List list;
    for (const ConfigNode& element : *sequence) list.push_back(ToValue(element));
    return list;
  }
  Map map;
  for (const auto& entry : *node.AsMapping()) map.emplace(entry.key, ToValue(entry.value));
  return map;
}

void SetPath(ConfigNode& root, const std::string& path, const ConfigNode& value) {
  if (std::count(path.begin(), path.end(), '.') >= ConfigNode::kMaximumDepth) {
    throw ConfigError(value.at, "the path is deeper than " +
                                    std::to_string(ConfigNode::kMaximumDepth) + " levels");
  }
  ConfigNode* node = &root;
  for (size_t first = 0; first <= path.size();) {
    const size_t dot = std::min(path.find('.', first), path.size());
    const std::string key = path.substr(first, dot - first);
    if (key.empty()) throw ConfigError(value.at, "\"" + path + "\" is not a dotted path");
    node = &Child(*node, key, value.at);
    first = dot + 1;
  }
  *node = value;
}

}  // namespace lrsweep
