// A section of the configuration, read by its table of parameters; an optimizer's; a
// scheduler's section, with the schedulers inside it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "params/parameter.h"
#include "sweep/config/config_node.h"

namespace lrsweep {

/// One swept parameter.
struct Axis {
  std::string path;           // "training.seed", "scheduler.gamma", "scheduler.schedulers.0.gamma"
  std::vector<Value> values;  // each once, in the order of the file
  size_t repeated = 0;        // values that were listed again
  Location at;
};

struct SectionContent {
  Map values;              // typed and complete but for `missing`; an axis has its first value here
  std::vector<Axis> axes;  // in the order of the file
  std::vector<std::string> missing;        // not written, and without a default
  std::map<std::string, Location> places;  // of the values that were written, by their paths
};

/// Reads `node`, the section at `path`; nullptr if it was not written. `owner` says in errors whose
/// parameters they are. A mistake throws ConfigError at its place.
SectionContent ReadSection(const ConfigNode* node, const std::string& path,
                           const std::string& owner, const std::vector<Parameter>& parameters);

/// Reads an entry under `scheduler:`: its type decides which parameters it has.
SectionContent ReadScheduler(const ConfigNode& node);

/// Reads an entry under `optimizer:`, nullptr if it was not written. Likewise, but what is
/// required may be missing.
SectionContent ReadOptimizer(const ConfigNode* node);

/// "unknown key \"epoch\"; did you mean \"epochs\"?", or the known names where none is near.
std::string UnknownName(const std::string& what, const std::string& unknown,
                        const std::vector<std::string>& known);

}  // namespace lrsweep
