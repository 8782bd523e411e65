// Reads a section of the configuration by its table of parameters: checks names, types and ranges,
// fills in defaults, and collects the axes.
#pragma once

#include <string>
#include <vector>

#include "params/parameter.h"
#include "sweep/config/axis.h"
#include "sweep/config/config_node.h"
#include "trial/metrics.h"

namespace lrsweep {

/// Reads the section `node` at `path` ("training"); nullptr stands for a section that was not
/// written. `owner` names the parameters' owner in errors ("StepLR"). Throws ConfigError at the
/// place of the first mistake.
SectionContent ReadSection(const ConfigNode* node, const std::string& path,
                           const std::string& owner, const std::vector<Parameter>& parameters);

/// Reads the value of one parameter, or its axis: then it adds the axis to `around` and returns its
/// first value. Throws ConfigError.
Value ReadParameter(const Parameter& parameter, const ConfigNode& node, const std::string& path,
                    SectionContent& around);

/// Reads an entry under `scheduler:` by the parameters of its type, nested schedulers included.
/// `metrics`: those that the schedule may follow. Throws ConfigError; a missing parameter is a
/// mistake.
SectionContent ReadScheduler(const ConfigNode& node, const MetricTable& metrics);

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
