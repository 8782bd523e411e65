// Reads a section of the configuration whose parameters are a user's program's own.
#pragma once

#include <string>
#include <vector>

#include "params/parameter.h"
#include "sweep/config/axis.h"
#include "sweep/config/config_node.h"

namespace lrsweep {

/// Reads the mapping `node` at `path` ("params"): any names, any values of YAML, nested as one
/// likes, with axes anywhere below it. Parameters of the mapping itself that are in `known` are of
/// their types. Nothing has a default. Throws ConfigError for a name that is empty or has a dot,
/// which separates the steps of a path, and for an infinity or NaN, which JSON does not have.
SectionContent ReadFreeSection(const ConfigNode& node, const std::string& path,
                               const std::vector<Parameter>& known = {});

}  // namespace lrsweep
