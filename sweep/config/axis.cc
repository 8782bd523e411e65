#include "sweep/config/axis.h"

#include <unordered_set>
#include <utility>

namespace lrsweep {
namespace {

/// The list under `grid` if the node is {grid: [...]}, else nullptr.
const ConfigNode* FindGrid(const ConfigNode& node, const std::string& path) {
  const ConfigNode* grid = node.Get("grid");
  if (grid == nullptr) return nullptr;
  if (node.AsMapping()->size() > 1) {
    throw ConfigError(node.at, path + ": grid must stand alone, as in {grid: [1, 2]}");
  }
  const auto* list = grid->AsSequence();
  if (list == nullptr || list->empty()) {
    throw ConfigError(grid->at, path + ": grid needs a list of at least one value");
  }
  return grid;
}

Value ReadAxis(const ConfigNode& grid, const std::string& path, SectionContent& around,
               const ReadOne& read_one) {
  Axis axis{path, {}, 0, grid.at};
  std::unordered_set<std::string> seen;
  for (const ConfigNode& element : *grid.AsSequence()) {
    SectionContent inside;
    Value value = read_one(element, inside);
    if (!inside.axes.empty()) throw ConfigError(element.at, path + ": a grid inside a grid");
    if (seen.insert(ToJson(value)).second) {
      axis.values.push_back(std::move(value));
    } else {
      ++axis.repeated;
    }
  }
  Value first = axis.values.front();
  around.axes.push_back(std::move(axis));
  return first;
}

}  // namespace

Value ReadOneOrAxis(const ConfigNode& node, const std::string& path, SectionContent& around,
                    const ReadOne& read_one) {
  const ConfigNode* grid = FindGrid(node, path);
  return grid != nullptr ? ReadAxis(*grid, path, around, read_one) : read_one(node, around);
}

void RefuseAxes(const SectionContent& content, const std::string& why) {
  if (content.axes.empty()) return;
  const Axis& axis = content.axes.front();
  throw ConfigError(axis.at, axis.path + ": cannot be swept; " + why);
}

}  // namespace lrsweep
