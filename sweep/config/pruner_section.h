// The section `pruner`: which budgets a search grants, and how many points go on.
#pragma once

#include <cstdint>
#include <optional>

#include "params/errors.h"

namespace lrsweep {

struct ConfigNode;
struct SweepConfig;

struct PrunerConfig {
  int64_t grace_period = 1;      // the least budget, in epochs
  int64_t reduction_factor = 3;  // budgets grow by it, points become fewer by it
  int64_t rung_seeds = 3;        // seeds of each point on every rung but the last
  int64_t brackets = 1;          // of Hyperband; SuccessiveHalving has one
  bool is_truncated = false;  // a rung trains the full-length trial up to the budget, and not the
                              // same schedule with the budget as its length
  Location at;
};

/// Reads the section; none where it is not written. Names of other libraries are answered by ours.
/// Throws ConfigError.
std::optional<PrunerConfig> ReadPruner(const ConfigNode& root);

/// Completes the pruner of a configuration that is read otherwise: all brackets of a Hyperband that
/// names no number. Throws ConfigError where it cannot decide: for an objective by the clock, where
/// trials differ in their lengths, and where no budget lies below the run's.
void CompletePruner(SweepConfig& config);

}  // namespace lrsweep
