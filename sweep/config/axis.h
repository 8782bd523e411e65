// Reads what may be swept: a value, or {grid: [...]} in its place.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "params/value.h"
#include "sweep/config/config_node.h"

namespace lrsweep {

/// One swept parameter: {grid: [...]} in the place of a value.
struct Axis {
  std::string path;           // "training.seed", "scheduler.gamma", "scheduler.schedulers.0.gamma"
  std::vector<Value> values;  // distinct, in the order of the file
  size_t repeated = 0;        // how many listed values repeat an earlier one
  Location at;
};

struct SectionContent {
  Map values;              // of their parameters' types, with defaults; of an axis its first value
  std::vector<Axis> axes;  // in the order of the file
  std::vector<std::string> missing;        // parameters that have neither a value nor a default
  std::map<std::string, Location> places;  // of the written values, by path
};

/// Reads one value at its path. Axes and places inside it go to `around`.
using ReadOne = std::function<Value(const ConfigNode& node, SectionContent& around)>;

/// Reads a value by `read_one`, or each value of {grid: [...]}: then it adds the axis to `around`
/// and returns its first value. Throws ConfigError for a grid that is none, and for a grid inside a
/// grid.
Value ReadOneOrAxis(const ConfigNode& node, const std::string& path, SectionContent& around,
                    const ReadOne& read_one);

/// Throws ConfigError where a section that must not be swept has an axis; `why` ends the sentence.
void RefuseAxes(const SectionContent& content, const std::string& why);

}  // namespace lrsweep
