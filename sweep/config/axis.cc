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

/// Puts the value at the end of the axis, unless it has it.
void AddValue(Axis& axis, std::unordered_set<std::string>& seen, const Value& value) {
  if (seen.insert(ToJson(value)).second) {
    axis.values.push_back(value);
  } else {
    ++axis.repeated;
  }
}

/// Reads a value of an axis, which cannot hold another axis.
Value ReadElement(const ConfigNode& element, const std::string& path, const ReadOne& read_one) {
  SectionContent inside;
  Value value = read_one(element, inside);
  if (!inside.axes.empty()) {
    throw ConfigError(element.at, path + ": a grid inside a grid");
  }
  return value;
}

Axis ReadGrid(const ConfigNode& grid, const std::string& path, const ReadOne& read_one) {
  Axis axis{path, {}, 0, grid.at};
  std::unordered_set<std::string> seen;
  for (const ConfigNode& element : *grid.AsSequence()) {
    axis.listed.push_back(ReadElement(element, path, read_one));
    AddValue(axis, seen, axis.listed.back());
  }
  return axis;
}

Axis ReadSampled(const std::string& name, const ConfigNode& list, const std::string& path,
                 const ReadOne& read_one) {
  Axis axis{path, {}, 0, list.at};
  axis.distribution = ReadDistribution(name, list, path, [&](const ConfigNode& element) {
    return ReadElement(element, path, read_one);
  });
  const Distribution& read = *axis.distribution;
  std::unordered_set<std::string> seen;
  for (const Value& choice : read.choices) AddValue(axis, seen, choice);
  axis.repeated = 0;  // a choice that is listed twice is drawn twice as often
  if (!read.choices.empty()) return axis;
  axis.values.emplace_back(read.low);
  if (!read.is_real) axis.values.back() = static_cast<int64_t>(read.low);
  return axis;
}

Value AddAxis(Axis axis, SectionContent& around) {
  Value first = axis.values.front();
  around.axes.push_back(std::move(axis));
  return first;
}

}  // namespace

Value ReadOneOrAxis(const ConfigNode& node, const std::string& path, SectionContent& around,
                    const ReadOne& read_one) {
  if (const ConfigNode* grid = FindGrid(node, path)) {
    return AddAxis(ReadGrid(*grid, path, read_one), around);
  }
  std::string name;
  if (const ConfigNode* list = FindDistribution(node, name)) {
    return AddAxis(ReadSampled(name, *list, path, read_one), around);
  }
  return read_one(node, around);
}

void RefuseNestedAxis(const ConfigNode& node, const std::string& path) {
  std::string name;
  if (node.Get("grid") == nullptr && FindDistribution(node, name) == nullptr) return;
  throw ConfigError(node.at, path + ": " +
                                 (name.empty() ? "a grid inside a grid"
                                               : name + " inside a grid or a distribution"));
}

void RefuseAxes(const SectionContent& content, const std::string& why) {
  if (content.axes.empty()) return;
  const Axis& axis = content.axes.front();
  throw ConfigError(axis.at, axis.path + ": cannot be swept; " + why);
}

}  // namespace lrsweep
