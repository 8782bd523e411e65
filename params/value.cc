#include "params/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace lrsweep {
namespace {

void AppendText(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", byte);
      out += escape.data();
    } else {
      out += c;
    }
  }
  out += '"';
}

void Append(const Value& value, std::string& out);

struct Writer {
  std::string& out;

  void operator()(std::monostate) const { out += "null"; }
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
  void operator()(int64_t number) const { out += std::to_string(number); }
  void operator()(double number) const {
    out += std::isfinite(number) ? ShortestReal(number) : "null";
  }
  void operator()(const std::string& text) const { AppendText(text, out); }
  void operator()(const List& list) const {
    out += '[';
    for (size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out += ',';
      Append(list[i], out);
    }
    out += ']';
  }
  void operator()(const Map& map) const {
    out += '{';
    bool first = true;
    for (const auto& [key, member] : map) {
      if (!first) out += ',';
      first = false;
      AppendText(key, out);
      out += ':';
      Append(member, out);
    }
    out += '}';
  }
};

void Append(const Value& value, std::string& out) { std::visit(Writer{out}, value); }

bool HoldsMaps(const List& list) {
  return std::any_of(list.begin(), list.end(),
                     [](const Value& element) { return element.As<Map>() != nullptr; });
}

using LeafVisitor = std::function<void(const std::string& path, const Value& value)>;

void VisitLeaves(const Value& value, const std::string& path, const LeafVisitor& visit) {
  const std::string prefix = path.empty() ? "" : path + ".";
  if (const Map* map = value.As<Map>()) {
    for (const auto& [key, member] : *map) VisitLeaves(member, prefix + key, visit);
  } else if (const List* list = value.As<List>(); list != nullptr && HoldsMaps(*list)) {
    for (size_t i = 0; i < list->size(); ++i) {
      VisitLeaves((*list)[i], prefix + std::to_string(i), visit);
    }
  } else {
    visit(path, value);
  }
}

/// The member of a mapping or the element of a list, or nullptr. `V` is Value or const Value, as
/// for FindIn.
template <typename V>
V* Child(V& parent, std::string_view step) {
  if (auto* map = std::get_if<Map>(&parent)) {
    const auto found = map->find(step);
    return found == map->end() ? nullptr : &found->second;
  }
  auto* list = std::get_if<List>(&parent);
  size_t index = 0;
  const auto end = std::from_chars(step.data(), step.data() + step.size(), index);
  const bool number = end.ec == std::errc() && end.ptr == step.data() + step.size();
  return list != nullptr && number && index < list->size() ? &(*list)[index] : nullptr;
}

template <typename V, typename M>
V* FindIn(M& map, std::string_view dotted_path) {
  size_t at = dotted_path.find('.');
  const auto found = map.find(dotted_path.substr(0, at));
  V* value = found == map.end() ? nullptr : &found->second;
  while (value != nullptr && at != std::string_view::npos) {
    const size_t next = dotted_path.find('.', at + 1);
    value = Child(*value, dotted_path.substr(at + 1, next - at - 1));
    at = next;
  }
  return value;
}

/// The mapping that holds the path's last step, and that step; no mapping where there is none.
std::pair<Map*, std::string_view> Holder(Map& map, std::string_view dotted_path) {
  const size_t dot = dotted_path.rfind('.');
  if (dot == std::string_view::npos) return {&map, dotted_path};
  auto* holder = FindIn<Value>(map, dotted_path.substr(0, dot));
  return {std::get_if<Map>(holder), dotted_path.substr(dot + 1)};
}

}  // namespace

std::string_view KindName(const Value& value) {
  static constexpr std::array<std::string_view, 7> kNames = {
      "null", "a boolean", "an integer", "a number", "a text", "a list", "a mapping"};
  return kNames[value.index()];
}

std::string ToJson(const Value& value) {
  std::string out;
  Append(value, out);
  return out;
}

std::string ShortestReal(double number) {
  if (number == 0) return "0.0";  // -0.0 too
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  std::string text(buffer.data(), end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

const Value* Find(const Map& map, std::string_view dotted_path) {
  return FindIn<const Value>(map, dotted_path);
}

void SetAt(Map& map, std::string_view dotted_path, Value value) {
  if (auto* there = FindIn<Value>(map, dotted_path)) {
    *there = std::move(value);
    return;
  }
  const auto [holder, step] = Holder(map, dotted_path);
  if (holder == nullptr) throw std::out_of_range("no way to " + std::string(dotted_path));
  holder->emplace(step, std::move(value));
}

void EraseAt(Map& map, std::string_view dotted_path) {
  const auto [holder, step] = Holder(map, dotted_path);
  if (holder == nullptr) return;
  const auto found = holder->find(step);
  if (found != holder->end()) holder->erase(found);
}

void ForEachLeaf(const Map& map, const LeafVisitor& visit) {
  for (const auto& [key, member] : map) VisitLeaves(member, key, visit);
}

std::map<std::string, Value> Flatten(const Map& map) {
  std::map<std::string, Value> flat;
  ForEachLeaf(map, [&flat](const auto& path, const Value& value) { flat.emplace(path, value); });
  return flat;
}

std::optional<std::string> UnquotedText(const Value& value) {
  if (const auto* text = value.As<std::string>()) return *text;
  const List* list = value.As<List>();
  if (list == nullptr || list->empty()) return std::nullopt;
  std::string all;
  for (const Value& element : *list) {
    const auto* text = element.As<std::string>();
    if (text == nullptr) return std::nullopt;
    all += (all.empty() ? "[" : ",") + *text;
  }
  return all + "]";
}

}  // namespace lrsweep
