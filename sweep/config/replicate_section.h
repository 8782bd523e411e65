// The section `replicate`: which trials repeat one measurement, and whether they race for it.
#pragma once

#include <optional>

#include "params/errors.h"

namespace lrsweep {

struct ConfigNode;
struct SweepConfig;

/// Groups that are behind beyond doubt get no more seeds (analysis/statistics/race.h).
struct RaceConfig {
  double confidence = 0.95;  // that the best group is not dropped
  Location at;
};

/// Reads `replicate: [seed]`, which states what is always so, or `{axis: seed, race: {...}}`.
/// Throws ConfigError.
std::optional<RaceConfig> ReadReplicate(const ConfigNode& root);

/// Throws ConfigError for a race by an objective that is measured by the clock.
void CheckRace(const SweepConfig& config);

}  // namespace lrsweep
