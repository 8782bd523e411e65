// Reads a section of the configuration by its table of parameters: checks names, types and ranges,
// fills in defaults, and collects the axes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "params/parameter.h"
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

/// Reads the section `node` at `path` ("training"); nullptr stands for a section that was not
/// written. `owner` names the parameters' owner in errors ("StepLR"). Throws ConfigError at the
/// place of the first mistake.
SectionContent ReadSection(const ConfigNode* node, const std::string& path,
                           const std::string& owner, const std::vector<Parameter>& parameters);

/// Reads an entry under `scheduler:` by the parameters of its type, nested schedulers included.
/// Throws ConfigError; a missing parameter is a mistake.
SectionContent ReadScheduler(const ConfigNode& node);

/// Reads an entry under `optimizer:`; nullptr stands for one that was not written: SGD. Throws
/// ConfigError; a missing parameter is none, since every schedule may override it.
SectionContent ReadOptimizer(const ConfigNode* node);

/// The sentence about an unknown key; one such as "epochs:5" lacks a space behind its colon.
std::string UnknownKey(const std::string& what, const std::string& key,
                       const std::vector<std::string>& known);

/// "; write a space behind the colon: ..." for a text where a mapping is expected, such as
/// "epochs:5"; else empty.
std::string KeyHint(const ConfigNode& node);

}  // namespace lrsweep
