// One section of the configuration, read by its table of parameters.
#pragma once

#include <string>
#include <vector>

#include "sweep/config_node.h"
#include "sweep/sweep_config.h"
#include "sweep/trial_parameters.h"

namespace lrsweep {

struct SectionContent {
  Map fixed;                         // every parameter that is neither an axis nor missing, typed
  std::vector<Axis> axes;            // in the order of the file
  std::vector<std::string> missing;  // not written, and without a default
};

/// Reads `node`, the value of `section` in `parent`; nullptr if the section was not written. A
/// mistake throws ConfigError at its place.
SectionContent ReadSection(const ConfigNode& parent, const ConfigNode* node,
                           const Section& section);

/// "unknown key \"epoch\"; did you mean \"epochs\"?", or the known names where none is near.
std::string UnknownName(const std::string& what, const std::string& unknown,
                        const std::vector<std::string>& known);

/// Makes the places in `node` those of an option rather than of a file's lines.
void ForgetLines(ConfigNode& node);

}  // namespace lrsweep
