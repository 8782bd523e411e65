#include "views/importance_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "params/text.h"
#include "views/metric_text.h"

namespace lrsweep {
namespace {

constexpr double kLeastShare = 0.005;  // that is not "under 1%"
constexpr size_t kTooMany = 4;         // under 1%, to be named one by one

/// "type 61%, max_lr 22%, "; where many are under 1%, only their number.
std::string SharesText(const std::vector<ParameterImportance>& parameters) {
  const auto small = std::find_if(parameters.begin(), parameters.end(),
                                  [](const auto& one) { return one.share < kLeastShare; });
  const auto others = static_cast<size_t>(parameters.end() - small);
  std::string text;
  for (auto one = parameters.begin(); one != (others < kTooMany ? parameters.end() : small);
       ++one) {
    text += fmt::format("{} {}, ", NameOf(*one), ShareText(one->share));
  }
  if (others >= kTooMany) text += fmt::format("{} others under 1% each, ", others);
  return text;
}

}  // namespace

std::string ShareText(double share) {
  return share < kLeastShare ? "under 1%" : fmt::format("{:.0f}%", 100 * share);
}

std::string NameOf(const ParameterImportance& parameter) {
  if (parameter.within.empty()) return parameter.name;
  return parameter.name + " of " + parameter.within;
}

std::string ImportanceText(const WhatMatters& matters) {
  if (!matters.importance || matters.importance->parameters.empty()) return "";
  const Importance& importance = *matters.importance;
  std::string text = "What matters: ";
  if (matters.budget > 0) {
    text = fmt::format("What matters after {}: ", Counted(matters.budget, "epoch"));
  }
  if (importance.variance == 0) {
    text += "nothing, all values are the same";
  } else {
    text += SharesText(importance.parameters);
    if (importance.interactions >= kLeastShare) {
      text += fmt::format("their interplay {}, ", ShareText(importance.interactions));
    }
    if (importance.repetitions > 0) {
      text += fmt::format("luck (seeds) {}, ", ShareText(importance.repetitions));
    }
    text.resize(text.size() - 2);
    text += fmt::format(" of the variance of {}", matters.objective.metric);
    if (!matters.repeated) text += "; luck is in these shares, since no trial was repeated";
  }
  if (!importance.complete) {
    text += fmt::format("; roughly, since the grid is not complete: {}", importance.missing);
  }
  if (matters.left_out > 0) {
    text += fmt::format("; {} without a value left out", Counted(matters.left_out, "trial"));
  }
  return text + '\n';
}

Json ToJson(const WhatMatters& matters) {
  if (!matters.importance) return nullptr;
  const Importance& importance = *matters.importance;
  Json parameters = Json::array();
  for (const ParameterImportance& parameter : importance.parameters) {
    Json values = Json::array();
    for (const LevelEffect& level : parameter.levels) {
      values.push_back({{"value", level.value},
                        {"n", level.summary.n},
                        {"mean", level.summary.mean},
                        {"low", LowOf(level.summary.interval95)},
                        {"high", HighOf(level.summary.interval95)}});
    }
    parameters.push_back(
        {{"name", parameter.name},
         {"within", parameter.within.empty() ? Json(nullptr) : Json(parameter.within)},
         {"share", parameter.share},
         {"values", std::move(values)}});
  }
  return {{"parameters", std::move(parameters)},
          {"interactions", importance.interactions},
          {"luck", importance.repetitions},
          {"complete", importance.complete},
          {"missing", importance.complete ? Json(nullptr) : Json(importance.missing)},
          {"left_out", matters.left_out},
          {"budget", matters.budget > 0 ? Json(matters.budget) : Json()}};
}

}  // namespace lrsweep
