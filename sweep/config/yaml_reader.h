// Reads YAML text into configuration nodes and writes it back, by yaml-cpp.
#pragma once

#include <string>

#include "sweep/config/config_node.h"

namespace lrsweep {

/// Reads the single document of `text`; an empty text is null. `file` names it in errors. Throws
/// ConfigError for what is not YAML, for what hides mistakes (duplicate keys, anchors and aliases,
/// tags, keys that are not plain text, a second document, NUL bytes), and for what is too large
/// (deeper than ConfigNode::kMaximumDepth, more than 1,000,000 nodes).
ConfigNode ParseYaml(const std::string& text, const std::string& file);

/// Reads the file's text. Throws ConfigError where it cannot be read or is larger than 2 MiB.
/// `kind` says what a folder is not.
std::string ReadConfigText(const std::string& file, const std::string& kind = "a YAML file");

/// Writes YAML that ParseYaml reads back to equal nodes, places excepted.
std::string EmitYaml(const ConfigNode& node);

}  // namespace lrsweep
