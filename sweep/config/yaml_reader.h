// YAML text to configuration nodes and back, by yaml-cpp.
#pragma once

#include <string>

#include "sweep/config/config_node.h"

namespace lrsweep {

/// Reads the one document of `text`. `file` names it in errors. Throws ConfigError for what is not
/// YAML, and for what can hide a mistake or make a small file large: duplicate keys, anchors and
/// aliases, tags, keys that are no plain text, several documents, nesting deeper than 32, more
/// than 1,000,000 nodes, NUL bytes.
ConfigNode ParseYaml(const std::string& text, const std::string& file);

/// The file's text, at most 2 MiB. Throws ConfigError if it cannot be read.
std::string ReadConfigText(const std::string& file);

/// YAML that ParseYaml reads to the same nodes.
std::string EmitYaml(const ConfigNode& node);

}  // namespace lrsweep
