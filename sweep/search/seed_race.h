// A race over seeds: hands out the seeds of the groups that may still be the best, round by round.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/statistics/race.h"

namespace lrsweep {

/// Decides from values alone: in whatever order they come, the same seeds are handed out.
class SeedRace {
 public:
  /// A group and the place of a seed in its axis, both from 0.
  struct Turn {
    size_t group = 0;
    size_t seed = 0;

    bool operator==(const Turn&) const = default;
  };

  /// `groups` of them are to enter. `more_is_better`: as the objective's mode.
  SeedRace(const RaceRules& rules, size_t groups, bool more_is_better);

  /// Lets a group enter; each does so once. Gives the turns that it gets in any case: those of the
  /// rounds before the first decision, also where it races alone.
  std::vector<Turn> Enter(size_t group);
  /// Notes the value of a turn that was handed out; none: the trial failed, diverged, or has no
  /// value. Gives the turns of the next round where this was the last one of a round.
  std::vector<Turn> OnValue(const Turn& turn, const std::optional<double>& value);

  /// What is decided. Groups that have left have turns no more.
  const RaceState& State() const { return state_; }
  /// Groups that have left since this was asked last.
  std::vector<size_t> TakeLeft();

 private:
  const RaceRules rules_;
  const double sign_;                        // of values, so that greater is better
  size_t missing_;                           // values before the next decision
  std::vector<std::vector<double>> values_;  // by group and seed
  RaceState state_;
  std::vector<size_t> left_;
};

/// How many trials a race of so many groups trains, at least and at most.
struct RaceBounds {
  int64_t least = 0;
  int64_t most = 0;
};
RaceBounds BoundsOf(size_t groups, const RaceRules& rules);

}  // namespace lrsweep
