// Finds the distinct trials of a space.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "sweep/config/sweep_config.h"
#include "sweep/search/dimension.h"
#include "sweep/search/exclusions.h"
#include "sweep/search/point_walk.h"
#include "trial/trial.h"

namespace lrsweep {

/// A trial: the first point that gives it, and its ids as numbers.
struct FoundTrial {
  uint32_t point;
  uint64_t id;
  uint64_t group_id;
  uint64_t schedule;  // PointWalk::ScheduleHash
};

/// An id as the text that the trial has.
std::string IdText(uint64_t id);

/// The trial of the block that `found` names. Throws as ParamsAt.
Trial TrialOf(const SweepConfig& config, const Block& block, const FoundTrial& found);

/// Goes through the points of one block after another.
class TrialFinder {
 public:
  /// A sampler gives up after so many draws in a row that add no point, ...
  static constexpr uint64_t kMostVainDraws = 10'000;
  /// ... or, for each point that it shall find, so many draws and kMostVainDraws more.
  static constexpr uint64_t kMostDrawsOfPoint = 20;

  /// The configuration must outlive it. Throws ConfigError for an exclusion that is none.
  explicit TrialFinder(const SweepConfig& config);

  /// Finds the block's trials, and draws what it samples. Its points are counted from
  /// block.first_point; block.points, the most that there can be, becomes their number. Throws
  /// ConfigError where the parameters of a point contradict one another, unless it is excluded.
  void Find(Block& block);

  /// To be called behind the last block, which ends at `points`. Throws ConfigError where
  /// exclusions have left nothing.
  void Finish(uint64_t points);

  /// A run of points that are kept or dropped together.
  struct Run {
    std::vector<FoundTrial> trials;
    std::vector<uint64_t> excluded;  // points, by condition
  };
  /// Reads so many points from where the walk stands, and keeps none. Throws ConfigError where the
  /// parameters of one contradict one another, unless it is excluded.
  Run Read(PointWalk& walk, uint64_t first_point, uint64_t length);

  const std::vector<FoundTrial>& trials() const { return trials_; }
  /// Sentences that explain why there are fewer trials than points.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  /// What one condition leaves out.
  struct Removed {
    uint64_t points = 0;  // counted with their seeds
    uint64_t draws = 0;   // of which it leaves nothing
  };
  void FindSampled(Block& block);
  bool TakeDraw(Block& block, PointWalk& walk, uint64_t length,
                std::unordered_set<uint64_t>& groups);
  void Keep(const Run& run);
  void NoteFewer(const Block& block, bool all_drawn);
  void NoteExclusions(uint64_t seeds);

  const SweepConfig& config_;
  Exclusions exclusions_;
  std::vector<Removed> removed_;  // by condition
  std::unordered_set<uint64_t> seen_;
  uint64_t repeated_ = 0;
  std::vector<FoundTrial> trials_;
  std::vector<std::string> notes_;
};

}  // namespace lrsweep
