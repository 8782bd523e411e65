// The points that TPE proposes for one scheduler entry with one optimizer entry.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <unordered_set>
#include <vector>

#include "sweep/search/search_space.h"
#include "sweep/search/tpe/axis_numbers.h"
#include "sweep/search/tpe/tpe_sampler.h"

namespace lrsweep {

/// Gives one distinct point after another, as many as the space has for the entry: its first ones,
/// which are random, and then those that TPE proposes. What is proposed depends on the entry, its
/// points before and their values alone.
class TpeEntry {
 public:
  /// `block` is one of the space, which must outlive the entry.
  TpeEntry(const SearchSpace& space, const Block& block);

  TpeEntry(const TpeEntry&) = delete;
  TpeEntry& operator=(const TpeEntry&) = delete;

  /// How many points there are.
  size_t size() const { return size_; }

  /// The trials of the next point: every seed and every value of a grid, but for those that are
  /// excluded. `values`: of the first points; with fewer than TpeSampler::kStartup the point is
  /// random. To be called size() times.
  ///
  /// Where all candidates of TPE were given before, are excluded, or have parameters that
  /// contradict one another, the next random point takes the place.
  std::vector<FoundTrial> Next(const std::vector<std::optional<double>>& values);

  /// A trial that Next has given.
  Trial TrialOf(const FoundTrial& found) const;

 private:
  std::vector<FoundTrial> Random();
  std::vector<FoundTrial> Proposed(const std::vector<std::optional<double>>& values);
  std::vector<FoundTrial> Add(const std::vector<Value>& row);
  ParzenPoint PointOf(const std::vector<Value>& row) const;

  const SearchSpace& space_;
  const Block& random_;  // the space's, with its random points
  Block block_;          // with the points that were given
  TrialFinder finder_;
  std::optional<PointWalk> walk_;          // over block_
  std::unordered_set<uint64_t> groups_{};  // of the points that were given
  size_t size_;
  size_t next_random_ = 0;
  std::vector<size_t> modelled_;       // axes: those that vary and have an effect
  std::vector<AxisNumbers> numbers_;   // of these
  std::vector<ParzenPoint> points_;    // that were given
  std::optional<TpeSampler> sampler_;  // none where no axis is modelled
};

}  // namespace lrsweep
