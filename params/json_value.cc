#include "params/json_value.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>
#include <variant>

namespace lrsweep {

Value FromJson(const nlohmann::json& json) {
  using Type = nlohmann::json::value_t;
  switch (json.type()) {
    case Type::boolean:
      return json.get<bool>();
    case Type::number_integer:
    case Type::number_unsigned:
      return json.get<int64_t>();
    case Type::number_float:
      return json.get<double>();
    case Type::string:
      return json.get<std::string>();
    case Type::array: {
      List list;
      for (const nlohmann::json& element : json) list.push_back(FromJson(element));
      return list;
    }
    case Type::object: {
      Map map;
      for (const auto& [key, member] : json.items()) map.emplace(key, FromJson(member));
      return map;
    }
    default:
      return {};
  }
}

Map ParseParams(const std::string& json) {
  const nlohmann::json parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object()) throw std::invalid_argument("parameters that are no JSON object");
  return std::get<Map>(FromJson(parsed));
}

namespace {

struct JsonMaker {
  Json operator()(std::monostate) const { return nullptr; }
  template <typename Scalar>
  Json operator()(const Scalar& scalar) const {
    return scalar;
  }
  Json operator()(const List& list) const {
    Json array = Json::array();
    for (const Value& element : list) array.push_back(PrintedJson(element));
    return array;
  }
  Json operator()(const Map& map) const {
    Json object = Json::object();
    for (const auto& [key, member] : map) object[key] = PrintedJson(member);
    return object;
  }
};

}  // namespace

Json PrintedJson(const Value& value) { return std::visit(JsonMaker(), value); }

std::string PlainText(const Json& value) {
  return value.is_string() ? value.get<std::string>() : Dump(value);
}

std::string PlainText(const Value& value) {
  const std::string* text = value.As<std::string>();
  return text != nullptr ? *text : Dump(PrintedJson(value));
}

std::string Print(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string ValidUtf8(const std::string& text) {
  return Json::parse(Dump(text)).get<std::string>();
}

}  // namespace lrsweep
