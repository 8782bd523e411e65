#include "sweep/doctor/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "params/text.h"

namespace lrsweep {
namespace {

using Json = nlohmann::ordered_json;

const char* Word(Health health) {
  switch (health) {
    case Health::kWorks:
      return "works";
    case Health::kFails:
      return "fails";
    default:
      return "absent";
  }
}

Health HealthOf(const std::string& word) {
  for (const Health health : {Health::kWorks, Health::kFails, Health::kAbsent}) {
    if (word == Word(health)) return health;
  }
  throw std::runtime_error("unknown health " + word);
}

Json ToList(const Findings& findings) {
  Json list = Json::array();
  for (const Finding& one : findings) {
    list.push_back({{"topic", one.topic},
                    {"health", Word(one.health)},
                    {"what", one.what},
                    {"advice", one.advice.empty() ? Json() : Json(one.advice)}});
  }
  return list;
}

/// Names of files may hold any bytes.
std::string Dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

bool AllWork(const Findings& findings) {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& one) { return one.health == Health::kFails; });
}

std::string FindingsText(const Findings& findings) {
  size_t width = 0;
  for (const Finding& one : findings) width = std::max(width, one.topic.size());
  std::string text;
  for (const Finding& one : findings) {
    text +=
        fmt::format("{:<6}  {:<{}}  {}\n", Word(one.health), one.topic, width, OneLine(one.what));
    if (!one.advice.empty()) {
      text += fmt::format("{:<6}  {:<{}}  -> {}\n", "", "", width, OneLine(one.advice));
    }
  }
  return text;
}

std::string FindingsJson(const Findings& findings) {
  return Dumped(Json{{"works", AllWork(findings)}, {"findings", ToList(findings)}}, 2) + "\n";
}

std::string PackFindings(const Findings& findings) { return Dumped(ToList(findings), -1); }

Findings UnpackFindings(const std::string& text) {
  try {
    Findings findings;
    for (const Json& one : Json::parse(text)) {
      findings.push_back({one.at("topic"), HealthOf(one.at("health")), one.at("what"),
                          one.at("advice").is_null() ? "" : one.at("advice").get<std::string>()});
    }
    return findings;
  } catch (const Json::exception& error) {
    throw std::runtime_error(error.what());
  }
}

}  // namespace lrsweep
