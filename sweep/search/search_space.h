// The trials that a configuration spans, in an order that depends on the configuration alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sweep/config/sweep_config.h"
#include "sweep/search/dimension.h"
#include "sweep/search/trial_finder.h"
#include "trial/trial.h"

namespace lrsweep {

/// A full-length configuration without its seed: the trials of one group.
struct SpacePoint {
  std::string id;              // the group's
  size_t scheduler_entry = 0;  // its place under `scheduler:`
  std::vector<size_t> trials;  // indices in the space, in the order of the seed axis
};

/// Every distinct trial of a sweep. A trial is created when it is asked for, so that a large space
/// needs little memory. Immutable: safe to read from any thread.
///
/// Order: scheduler entries as written, within one the optimizer entries; within those the points
/// that a sampler draws, each with all of the grid: the scheduler's own axes as written, the first
/// slowest, then the common axes, then the optimizer's, the last fastest.
///
/// A sampler draws for each scheduler entry with each optimizer entry, until it has search.trials
/// distinct points. Draws that repeat a point are passed over, and so are those of which exclusions
/// leave nothing.
class SearchSpace {
 public:
  static constexpr uint64_t kMaximumPoints = 1'000'000;

  /// Throws ConfigError for a space of more than kMaximumPoints points, or of none, where a point's
  /// parameters contradict one another, and as RaceRulesOf.
  explicit SearchSpace(SweepConfig config);

  SearchSpace(const SearchSpace&) = delete;
  SearchSpace& operator=(const SearchSpace&) = delete;

  size_t size() const { return distinct_.size(); }
  Trial At(size_t index) const;
  /// At(index).id, without creating the trial.
  std::string IdAt(size_t index) const;
  /// training.epochs of that trial, without creating it.
  int64_t EpochsAt(size_t index) const;
  /// The entry under `scheduler:` that gives that trial.
  const Entry& SchedulerEntryAt(size_t index) const;
  /// The points, each once, in the order of their first trials.
  std::vector<SpacePoint> Points() const;
  /// Points().size(), without creating them.
  size_t CountPoints() const;
  /// The section of that entry with the trial's values, before other libraries' names are
  /// translated.
  Map WrittenSchedulerAt(size_t index) const;
  /// A hash that is equal for trials of equal ScheduleKey (trial_shape.h), without creating them.
  uint64_t ScheduleAt(size_t index) const { return distinct_.at(index).schedule; }

  /// Of the scheduler entries with each optimizer entry, in that order.
  const std::vector<Block>& blocks() const { return blocks_; }
  /// The block that has that point, of all blocks'.
  const Block& BlockOf(uint64_t point) const;
  /// The point, of all blocks', that gives that trial.
  uint64_t PointAt(size_t index) const { return distinct_.at(index).point; }

  /// The points of the grid, and those that were drawn, counted with their seeds. Several may give
  /// the same trial, and exclusions leave some out.
  uint64_t points() const { return points_; }
  /// Sentences that explain why there are fewer trials than points.
  const std::vector<std::string>& notes() const { return notes_; }
  const SweepConfig& config() const { return config_; }

 private:
  void AddBlock(const Entry& scheduler, const Entry& optimizer);
  void CheckSize(const Block& block) const;
  void NoteRepeatedValues(const std::vector<Axis>& axes);
  void NoteOverriddenAxes(const Block& block);
  void NoteZips();

  SweepConfig config_;
  std::vector<Block> blocks_;
  uint64_t points_ = 0;
  std::vector<FoundTrial> distinct_;
  std::vector<std::string> notes_;
};

}  // namespace lrsweep
