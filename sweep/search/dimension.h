// The dimensions of a space: axes that move together.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sweep/config/sweep_config.h"
#include "sweep/search/point_sampler.h"

namespace lrsweep {

/// One axis of a grid, the axes of a zip, or all axes that a sampler draws.
struct Dimension {
  std::vector<const Axis*> axes;  // at least one
  std::shared_ptr<const PointSampler> sampler{};
  std::vector<uint32_t> draws{};  // of a sampler: those that are its places

  /// How many values the axes have together.
  uint64_t places() const;
  /// The value of an axis, by its index, at a place.
  Value At(size_t axis, uint64_t place) const;
  bool IsZip() const { return !sampler && axes.size() > 1; }
};

/// The points of one scheduler entry with one optimizer entry.
struct Block {
  const Entry* scheduler;
  const Entry* optimizer;
  std::vector<Dimension> dimensions;  // slowest first
  uint64_t first_point = 0;           // of all blocks' points
  uint64_t points = 0;

  /// Whether a sampler draws the slowest dimension.
  bool IsSampled() const { return !dimensions.empty() && dimensions.front().sampler != nullptr; }
  /// The points without that dimension: those of each draw.
  uint64_t GridPoints() const;
  /// "StepLR", or "StepLR with Adam" where there are several optimizers.
  std::string Name(const SweepConfig& config) const;
};

/// The dimensions of one scheduler entry with one optimizer entry, slowest first: what a sampler
/// draws, without draws yet; the scheduler's own grids as written, the common ones, the
/// optimizer's. A zip stands where its first axis does. Throws ConfigError for a zip of axes of
/// different lengths. The configuration must outlive them.
std::vector<Dimension> DimensionsOf(const SweepConfig& config, const Entry& scheduler,
                                    const Entry& optimizer);

/// With how many seeds each point is trained.
uint64_t SeedsOf(const SweepConfig& config);

/// The parameters that the entry overrides with the first value of each of its axes; none where
/// these contradict one another.
std::vector<std::string> OverriddenAtFirst(const Entry& scheduler);

}  // namespace lrsweep
