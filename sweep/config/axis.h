// Reads what may be swept: a value, or in its place {grid: [...]} or a distribution.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "params/value.h"
#include "sweep/config/config_node.h"
#include "sweep/config/distribution.h"

namespace lrsweep {

/// One swept parameter: {grid: [...]} or a distribution in the place of a value.
struct Axis {
  std::string path;  // "training.seed", "scheduler.gamma", "scheduler.schedulers.0.gamma"
  /// Distinct, in the order of the file. Of a distribution its choices, or its lower bound alone.
  std::vector<Value> values;
  size_t repeated = 0;  // how many listed values repeat an earlier one
  Location at;
  std::vector<Value> listed{};                 // of a grid: the values as written
  std::optional<Distribution> distribution{};  // a sampler draws the values

  /// Whether several values are possible.
  bool Varies() const { return distribution ? true : values.size() > 1; }
};

struct SectionContent {
  Map values;              // of their parameters' types, with defaults; of an axis its first value
  std::vector<Axis> axes;  // in the order of the file
  std::vector<std::string> missing;        // parameters that have neither a value nor a default
  std::map<std::string, Location> places;  // of the written values, by path
};

/// Reads one value at its path. Axes and places inside it go to `around`.
using ReadOne = std::function<Value(const ConfigNode& node, SectionContent& around)>;

/// Reads a value by `read_one`, or each value of {grid: [...]} or of a distribution: then it adds
/// the axis to `around` and returns its first value. Throws ConfigError for a grid or distribution
/// that is none, and for one inside another.
Value ReadOneOrAxis(const ConfigNode& node, const std::string& path, SectionContent& around,
                    const ReadOne& read_one);

/// Throws ConfigError where the node, a value of an axis, is an axis itself.
void RefuseNestedAxis(const ConfigNode& node, const std::string& path);

/// Throws ConfigError where a section that must not be swept has an axis; `why` ends the sentence.
void RefuseAxes(const SectionContent& content, const std::string& why);

}  // namespace lrsweep
