// Ranks a sweep's groups: trials that differ in the seed alone. The database's view `groups`
// follows the same rules (results/groups.sql); a test compares the two.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/statistics/summary.h"
#include "results/store.h"

namespace lrsweep {

struct Repetition {
  int64_t seed = 0;
  std::string trial_id;
  std::string state;
  bool diverged = false;
  std::optional<double> value;  // by the objective, of a trial that has one
  bool was_pruned = false;      // ScoredTrial::was_pruned
};

struct RankedGroup {
  int64_t place = 0;  // from 1
  std::string group_id;
  std::string scheduler;
  std::string label;                    // what tells it from the scheduler's other groups: "lr=0.1"
  FlatParams params;                    // without the seed
  std::string params_json;              // of one of its trials, whose seed is in it
  std::vector<Repetition> repetitions;  // by seed; those that have not ended, too
  std::optional<Summary> summary;       // of the values that there are
  int64_t diverged = 0;                 // trials that diverged
  int64_t never = 0;                    // trials that never reached the objective's threshold, or
                                        // did not report its metric
  int64_t unfinished = 0;               // pending, running, failed
  int64_t budget = 0;                   // the epochs of its trials; 0: the sweep has no budgets
  bool dropped = false;                 // a race has shown it to be behind: it gets no more seeds
  /// Of the race that its sweep runs by this objective; none: there is none.
  std::optional<double> race_confidence;

  /// Whether every trial that has ended has a value.
  bool IsSound() const { return summary && diverged == 0 && never == 0; }
  /// "StepLR lr=0.1".
  std::string Name() const;
  /// Of the values; none where there is none.
  std::optional<double> Best(const Objective& objective) const;
  std::optional<double> Worst(const Objective& objective) const;
};

/// The groups of which a trial has ended; of a search with budgets, a point has its group of the
/// highest budget alone. The highest budgets come first. Of equal ones those that a race has not
/// dropped come first; of these those that are sound, by their mean (rounded to 12 decimals); then
/// the others, by the mean of the values that they have; equal ones by
/// group_id. Throws std::invalid_argument as Check.
std::vector<RankedGroup> RankGroups(const Store& store, const Objective& objective);

/// The groups whose budget is that of the first one: values of others are not compared with its.
std::vector<RankedGroup> OfHighestBudget(std::vector<RankedGroup> groups);

/// The budgets of a search, in epochs; none of a sweep without budgets.
std::set<int64_t> BudgetsOf(const Store& store);

/// The groups of one budget, those whose point went on included, in order of place among these.
std::vector<RankedGroup> RankGroupsOfBudget(const Store& store, const Objective& objective,
                                            int64_t budget);

/// RankGroupsOfBudget of the budget that most groups have reached, the highest of equal ones; where
/// the sweep has no budgets, `groups`, which RankGroups gives.
std::vector<RankedGroup> OfFullestBudget(const Store& store, const Objective& objective,
                                         const std::vector<RankedGroup>& groups);

/// How many groups behind the first one of RankGroups have its budget and exactly its mean (rounded
/// as there), and are not dropped. 0 where the first is not sound.
int64_t TiedWithFirst(const std::vector<RankedGroup>& groups);

/// One of them, without its place; none where none of its trials has ended. Throws as RankGroups.
std::optional<RankedGroup> FindGroup(const Store& store, const std::string& group_id,
                                     const Objective& objective);

/// Cuts the interval of a metric that is a share by `metrics` (an accuracy) at 0 and 1, which
/// Student's t knows nothing of. Others stay.
void CutInterval(Summary& summary, const std::string& metric, const MetricTable& metrics);

/// Brings groups into the order of RankGroups and gives them their places.
void PlaceGroups(std::vector<RankedGroup>& groups, const Objective& objective);

/// The parameter that repetitions differ in.
inline constexpr const char* kSeedPath = "training.seed";

}  // namespace lrsweep
