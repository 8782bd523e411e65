// Distributions: what a sampler draws a parameter's values from.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "params/value.h"
#include "sweep/config/config_node.h"

namespace lrsweep {

/// A distribution under Ray Tune's name, with its bounds.
struct Distribution {
  std::string name;              // "loguniform"
  double low = 0;                // may be drawn
  double high = 0;               // may be drawn; of randint and lograndint the bound less 1
  double step = 0;               // of quniform: values are multiples of it
  bool is_log = false;           // uniform in the logarithm
  bool is_integer = false;       // only whole numbers are drawn
  bool is_real = true;           // the parameter's type: reals, or integers
  std::vector<Value> choices{};  // of choice, as listed; else empty
};

/// uniform, loguniform, quniform, randint, lograndint, choice.
const std::vector<std::string>& DistributionNames();

/// The list under a distribution's name if the node is {uniform: [...]} or the like, else nullptr;
/// `name` is set to it. A mapping of several keys, and a name without a list, is none: a program's
/// own parameters may have such names.
const ConfigNode* FindDistribution(const ConfigNode& node, std::string& name);

/// Reads the distribution `name` of the parameter at `path` from the list of its bounds.
/// `read_value` reads one value of the parameter and throws ConfigError for one that it cannot
/// have. Throws ConfigError.
Distribution ReadDistribution(const std::string& name, const ConfigNode& list,
                              const std::string& path,
                              const std::function<Value(const ConfigNode& node)>& read_value);

/// "; to sample it write {loguniform: [low, high]}" for a mapping that names a distribution of
/// another tool, or one of these without its list; else empty.
std::string DistributionHint(const ConfigNode& node);

}  // namespace lrsweep
