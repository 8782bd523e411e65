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
  std::vector<uint32_t> draws{};           // of a sampler: those that are its places
  std::vector<std::vector<Value>> rows{};  // that a search by values proposed, in their place

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
  /// Calls `visit` with each dimension, the fastest first, and its place at a point of all blocks'.
  template <typename Visit>
  void ForEachDimension(uint64_t point, const Visit& visit) const;
  /// Calls `visit` with the path and the value of each axis at a point of all blocks'.
  template <typename Visit>
  void ForEachValue(uint64_t point, const Visit& visit) const;
  /// "StepLR", or "StepLR with Adam" where there are several optimizers.
  std::string Name(const SweepConfig& config) const;
};

template <typename Visit>
void Block::ForEachDimension(uint64_t point, const Visit& visit) const {
  uint64_t rest = point - first_point;
  for (auto dimension = dimensions.rbegin(); dimension != dimensions.rend(); ++dimension) {
    const uint64_t places = dimension->places();
    visit(*dimension, rest % places);
    rest /= places;
  }
}

template <typename Visit>
void Block::ForEachValue(uint64_t point, const Visit& visit) const {
  ForEachDimension(point, [&visit](const Dimension& dimension, uint64_t place) {
    for (size_t i = 0; i < dimension.axes.size(); ++i) {
      visit(dimension.axes[i]->path, dimension.At(i, place));
    }
  });
}

/// The parameters of the trial at a point of the block. Throws ConfigError where they contradict
/// one another.
Map ParamsAt(const SweepConfig& config, const Block& block, uint64_t point);

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
