#include "params/json_value.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

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

}  // namespace lrsweep
