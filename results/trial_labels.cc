#include "results/trial_labels.h"

#include <nlohmann/json.hpp>

#include "results/store.h"

namespace lrsweep {
namespace {

void FlattenInto(const nlohmann::json& object, const std::string& prefix, FlatParams& flat) {
  using Json = nlohmann::json;
  for (const auto& [key, member] : object.items()) {
    if (member.is_object()) {
      FlattenInto(member, prefix + key + ".", flat);
    } else {
      flat[prefix + key] = member.is_string()
                               ? member.get<std::string>()
                               : member.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
  }
}

std::string LastWord(const std::string& path) {
  return path.substr(path.rfind('.') + 1);  // npos + 1 is 0
}

}  // namespace

FlatParams FlatText(const Map& params) { return FlatText(ToJson(params)); }

FlatParams FlatText(const std::string& params_json) {
  const nlohmann::json parsed = nlohmann::json::parse(params_json, nullptr, false);
  if (!parsed.is_object()) throw StoreError("a trial's params are no JSON object: " + params_json);
  FlatParams flat;
  FlattenInto(parsed, "", flat);
  return flat;
}

void TrialLabels::Add(const std::string& scheduler, const FlatParams& params) {
  const auto [entry, is_first] = by_scheduler_.try_emplace(scheduler);
  Seen& seen = entry->second;
  if (is_first) seen.first = params;
  for (const auto& [path, text] : params) {
    const auto first = seen.first.find(path);
    const bool is_new = first == seen.first.end();
    if (is_new || first->second != text) seen.varying.insert(path);
    if (is_first || is_new) paths_by_last_word_[LastWord(path)].insert(path);
  }
  for (const auto& [path, text] : seen.first) {
    if (!params.contains(path)) seen.varying.insert(path);
  }
}

std::string TrialLabels::Of(const std::string& scheduler, const FlatParams& params) const {
  const auto seen = by_scheduler_.find(scheduler);
  if (seen == by_scheduler_.end()) return "";
  std::string label;
  for (const std::string& path : seen->second.varying) {
    const auto value = params.find(path);
    if (value == params.end()) continue;
    if (!label.empty()) label += ' ';
    label += ShortName(path) + '=' + value->second;
  }
  return label;
}

std::string TrialLabels::ShortName(const std::string& path) const {
  std::string word = LastWord(path);
  return paths_by_last_word_.at(word).size() == 1 ? word : path;
}

}  // namespace lrsweep
