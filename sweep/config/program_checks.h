// Holds the parts of a program's configuration against one another: what the command's placeholders
// name, and what counts optimizer steps.
#pragma once

#include <optional>
#include <string>

#include "sweep/config/config_node.h"
#include "sweep/config/sweep_config.h"

namespace lrsweep {

/// Fills in the swept parameters of `config.program`, and throws ConfigError, at its place in
/// `root`,
/// - for a placeholder that names nothing, a parameter that some trials lack, or one that a
///   schedule overrides;
/// - for {args} within an argument, or where it would give two parameters the same name;
/// - for a schedule, a warm-up or an objective that counts optimizer steps where
///   trial.steps_per_epoch is not written.
/// Looks at each value of each axis with the first values of the others.
void CheckProgram(const ConfigNode& root, SweepConfig& config);

/// A parameter that both configurations of a sweep have, but only one sweeps, where the command has
/// {args}: trials would keep their ids and get other arguments. None where there is none.
std::optional<std::string> ChangedArgument(const SweepConfig& before, const SweepConfig& now);

}  // namespace lrsweep
