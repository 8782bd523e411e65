#include "sweep/config/constraints.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "params/names.h"

namespace lrsweep {
namespace {

constexpr const char* kZipForm =
    "zip: expected a list of lists of axes, as in "
    "[[optimizer.lr, scheduler.gamma]]";

WrittenText ReadText(const ConfigNode& node, const std::string& expected) {
  const auto* scalar = node.AsScalar();
  if (scalar == nullptr || scalar->text.empty()) throw ConfigError(node.at, expected);
  return {scalar->text, node.at};
}

/// The axes by their paths.
using AxesByPath = std::map<std::string, const Axis*>;

void CheckZipped(const WrittenText& path, const AxesByPath& axes) {
  const auto refuse = [&path](const std::string& why) {
    throw ConfigError(path.at, fmt::format("zip: {} {}", path.text, why));
  };
  if (path.text == "training.seed") {
    refuse("cannot be zipped: trials that differ in the seed alone are one group");
  }
  const auto found = axes.find(path.text);
  if (found == axes.end()) {
    std::vector<std::string> known;
    for (const auto& [name, axis] : axes) {
      if (!axis->distribution && name != "training.seed") known.push_back(name);
    }
    if (known.empty()) refuse("is no axis: write {grid: [...]} in place of its value");
    throw ConfigError(path.at, "zip: " + UnknownName("axis", path.text, known));
  }
  if (found->second->distribution) {
    refuse("is sampled; what goes together is written {grid: [...]}");
  }
}

Zip ReadZip(const ConfigNode& node, const AxesByPath& axes, std::set<std::string>& taken) {
  const auto* list = node.AsSequence();
  if (list == nullptr) throw ConfigError(node.at, kZipForm);
  if (list->size() < 2) throw ConfigError(node.at, "zip: at least two axes go together");
  Zip zip{{}, node.at};
  for (const ConfigNode& element : *list) {
    WrittenText path = ReadText(element, kZipForm);
    CheckZipped(path, axes);
    if (!taken.insert(path.text).second) {
      throw ConfigError(path.at, "zip: " + path.text + " stands in a zip already");
    }
    zip.paths.push_back(std::move(path));
  }
  return zip;
}

}  // namespace

bool Zip::Has(const std::string& path) const {
  return std::any_of(paths.begin(), paths.end(),
                     [&path](const WrittenText& one) { return one.text == path; });
}

std::vector<WrittenText> ReadExclusions(const ConfigNode& root) {
  const ConfigNode* node = root.Get("exclude");
  if (node == nullptr) return {};
  const std::string expected =
      "exclude: expected a list of conditions in quotes, as in "
      "[\"scheduler.eta_min >= optimizer.lr\"]";
  const auto* list = node->AsSequence();
  if (list == nullptr) throw ConfigError(node->at, expected);
  std::vector<WrittenText> exclusions;
  for (const ConfigNode& element : *list) exclusions.push_back(ReadText(element, expected));
  return exclusions;
}

std::vector<Zip> ReadZips(const ConfigNode& root, const std::vector<const Axis*>& axes) {
  const ConfigNode* node = root.Get("zip");
  if (node == nullptr) return {};
  const auto* list = node->AsSequence();
  if (list == nullptr) throw ConfigError(node->at, kZipForm);
  AxesByPath by_path;
  for (const Axis* axis : axes) by_path.emplace(axis->path, axis);
  std::set<std::string> taken;
  std::vector<Zip> zips;
  for (const ConfigNode& element : *list) zips.push_back(ReadZip(element, by_path, taken));
  return zips;
}

}  // namespace lrsweep
