// Reads `search:`, what proposes the points of a sweep.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "params/errors.h"
#include "sweep/config/axis.h"
#include "sweep/config/config_node.h"

namespace lrsweep {

struct SweepConfig;

struct SearchSettings {
  std::string sampler = "grid";
  int64_t trials = 64;  // points of each scheduler entry with each optimizer entry; not of a grid
  int64_t seed = 0;     // of the sampler's random numbers
  int64_t batch = 5;    // of tpe: points of each entry that are proposed together
  Location sampler_at;  // of what is written; line 0 where nothing is
  Location trials_at;

  bool IsGrid() const { return sampler == "grid"; }
  /// Whether the values of earlier points decide which ones come next.
  bool IsTpe() const { return sampler == "tpe"; }
};

/// Reads the section, or gives its defaults where it is not written. Throws ConfigError.
SearchSettings ReadSearch(const ConfigNode& root);

/// Throws ConfigError where the sampler cannot draw an axis, or has none to draw: `axes` are those
/// of all sections.
void CheckSampled(const SearchSettings& search, const std::vector<const Axis*>& axes);

/// Throws ConfigError where the sampler decides by values and something else of the configuration
/// does not go with that: a pruner, a race, an objective that is measured by the clock.
void CheckSearch(const SweepConfig& config);

}  // namespace lrsweep
