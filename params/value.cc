#include "params/value.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

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

void FlattenInto(const Map& map, const std::string& prefix, std::map<std::string, Value>& flat) {
  for (const auto& [key, member] : map) {
    if (const Map* inner = member.As<Map>()) {
      FlattenInto(*inner, prefix + key + ".", flat);
    } else {
      flat.emplace(prefix + key, member);
    }
  }
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
  const size_t dot = dotted_path.find('.');
  const auto found = map.find(dotted_path.substr(0, dot));
  if (found == map.end()) return nullptr;
  if (dot == std::string_view::npos) return &found->second;
  const Map* inner = found->second.As<Map>();
  return inner == nullptr ? nullptr : Find(*inner, dotted_path.substr(dot + 1));
}

std::map<std::string, Value> Flatten(const Map& map) {
  std::map<std::string, Value> flat;
  FlattenInto(map, "", flat);
  return flat;
}

}  // namespace lrsweep
