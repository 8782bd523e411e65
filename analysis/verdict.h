// Whether the first group is better than the next ones, or only lucky.
//
// The same seed means the same initial weights and batches: groups are compared by pairs of equal
// seeds (analysis/statistics/paired.h), the first with each of those behind it. Holm's method
// corrects for the number of comparisons. After a race, which has looked at the same values many
// times, nothing is claimed that the race has not shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/groups.h"
#include "analysis/statistics/paired.h"

namespace lrsweep {

/// The first group compared with another. Differences are positive where the first is better.
struct GroupComparison {
  std::string group_id;
  std::string name;  // "StepLR lr=0.1"
  int64_t place = 0;
  PairedComparison paired;
  double p_adjusted = 1;  // by Holm's method
  bool is_ahead = false;  // the first one, at 5%; in a race: this one was dropped
  /// Seeds that would be needed to show a difference of this size (PairsNeeded). None where the
  /// first is shown to be ahead, where its mean is not better, where 1,000 seeds would not suffice,
  /// and in a race.
  std::optional<int64_t> seeds_needed;
};

/// What a race shows (analysis/statistics/race.h).
struct RaceResult {
  double confidence = 0;
  int64_t seeds = 0;      // those that all remaining groups have
  int64_t remaining = 0;  // groups
  int64_t dropped = 0;
  bool is_over = false;  // one is left, or the seeds are used up
};

struct Verdict {
  Objective objective;
  bool is_share = false;         // its values are shares, 0 to 1
  int64_t groups = 0;            // of the highest budget
  int64_t budget = 0;            // in epochs; 0: the sweep has no budgets
  int64_t of_lower_budgets = 0;  // groups that are not compared
  std::string first_id, first;   // the first group and its name; empty where none is sound
  int64_t seeds = 0;             // of the first with a value
  /// With sound groups that share a seed with the first, in order of place: at most kMostCompared.
  std::vector<GroupComparison> compared;
  int64_t fewest_seeds = 0;  // with fewer no difference can be shown, by this many comparisons
  int64_t not_compared = 0;  // sound groups behind these, or without a common seed
  int64_t unsound = 0;       // groups with a trial that diverged, never reached the threshold, or
                             // did not report the metric
  int64_t diverged = 0;      // of these, those with one that diverged
  /// By how much two trials that differ in the seed alone differ in 19 of 20 cases, from the spread
  /// within `noise_groups` groups; none where no group has two values.
  std::optional<double> noise;
  int64_t noise_groups = 0;

  std::optional<RaceResult> race;  // of the first; none: there is none

  /// Groups, the first included, of which the first is not shown to be ahead.
  int64_t Indistinguishable() const;
};

inline constexpr size_t kMostCompared = 100;

/// A difference with a smaller p counts as more than luck.
inline constexpr double kSignificance = 0.05;

/// `ranked` as RankGroups gives them, of which those of the first's budget are compared; `metrics`:
/// those that their sweep knows.
Verdict Judge(const std::vector<RankedGroup>& ranked, const Objective& objective,
              const MetricTable& metrics);

}  // namespace lrsweep
