#include "results/trial_labels.h"

#include <algorithm>
#include <cctype>

#include "params/json_value.h"
#include "params/text.h"
#include "results/stored_params.h"

namespace lrsweep {
namespace {

/// Where the name of a list ends, or the path, if there is no list in it.
size_t EndOfName(const std::string& path) {
  size_t dot = path.find('.');
  while (dot != std::string::npos && std::isdigit(static_cast<unsigned char>(path[dot + 1])) == 0) {
    dot = path.find('.', dot + 1);
  }
  return std::min(dot, path.size());
}

/// "max_lr"; of what is in a list, also where: "schedulers.1.gamma".
std::string LastWord(const std::string& path) {
  return path.substr(path.rfind('.', EndOfName(path) - 1) + 1);  // npos + 1 is 0
}

}  // namespace

FlatParams FlatText(const Map& params) {
  FlatParams flat;
  ForEachLeaf(params, [&flat](const std::string& path, const Value& value) {
    flat.emplace(path, UnquotedText(value).value_or(PlainText(value)));
  });
  return flat;
}

FlatParams FlatText(const std::string& params_json) { return FlatText(StoredParams(params_json)); }

TrialLabels::TrialLabels(const std::vector<LabelPath>& paths) {
  for (const LabelPath& row : paths) {
    by_scheduler_[row.scheduler].varies[row.path] = row.varies;
    paths_by_last_word_[LastWord(row.path)].insert(row.path);
  }
}

void TrialLabels::Add(const std::string& scheduler, const FlatParams& params) {
  Seen& seen = by_scheduler_[scheduler];
  if (seen.first.empty()) seen.first = params;
  for (const auto& [path, text] : params) {
    const auto first = seen.first.find(path);
    if (first != seen.first.end() && first->second == text && seen.varies.contains(path)) continue;
    seen.varies[path] |= first == seen.first.end() || first->second != text;
    paths_by_last_word_[LastWord(path)].insert(path);
  }
  if (params.size() == seen.varies.size()) return;
  for (auto& [path, varies] : seen.varies) varies |= !params.contains(path);
}

std::vector<LabelPath> TrialLabels::Paths() const {
  std::vector<LabelPath> paths;
  for (const auto& [scheduler, seen] : by_scheduler_) {
    for (const auto& [path, varies] : seen.varies) paths.push_back({scheduler, path, varies});
  }
  return paths;
}

bool TrialLabels::Varies(const std::string& path) const {
  return std::any_of(by_scheduler_.begin(), by_scheduler_.end(), [&path](const auto& entry) {
    const auto found = entry.second.varies.find(path);
    return found != entry.second.varies.end() && found->second;
  });
}

std::string TrialLabels::Of(const std::string& scheduler, const FlatParams& params) const {
  const auto seen = by_scheduler_.find(scheduler);
  if (seen == by_scheduler_.end()) return "";
  std::string label;
  for (const auto& [path, varies] : seen->second.varies) {
    const auto value = params.find(path);
    if (!varies || value == params.end()) continue;
    if (!label.empty()) label += ' ';
    label += ShortName(path) + '=' + Abbreviated(value->second);
  }
  return label;
}

std::string TrialLabels::ShortName(const std::string& path) const {
  std::string word = LastWord(path);
  return paths_by_last_word_.at(word).size() == 1 ? word : path;
}

}  // namespace lrsweep
