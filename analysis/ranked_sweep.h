// A sweep with its progress and its first places, as `top` and `status` show it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/ranking.h"
#include "results/store.h"
#include "results/trial_labels.h"

namespace lrsweep {

/// The objective that a command is asked for. What is not given is as in the sweep's objective; for
/// another metric than the sweep's the mode is NaturalMode, and the scope of a derived one `last`.
struct ObjectiveOptions {
  std::optional<std::string> metric = {}, mode = {}, scope = {};
};

/// `table`: the metrics that the sweep knows. Throws std::invalid_argument for an unknown word.
Objective ChooseObjective(const SweepRecord& sweep, const ObjectiveOptions& options,
                          const MetricTable& table);

struct RankedRow {
  RankedTrial ranked;
  TrialRow trial;
};

inline constexpr const char* kWentOn = "went on to a higher budget";

/// How many trials by state.
using StateCounts = std::map<std::string, int64_t>;

class RankedSweep {
 public:
  /// With the first `limit` places by `objective` (0: all).
  RankedSweep(const Store& store, const SweepRecord& sweep, Objective objective, size_t limit);

  const SweepRecord& Sweep() const { return sweep_; }
  const Objective& By() const { return objective_; }
  const std::vector<RankedRow>& First() const { return first_; }  // in order of place
  /// The first place; nullptr if no trial has a value.
  const RankedRow* Best() const;
  /// Other trials with exactly the value of the first place.
  int64_t Tied() const { return tied_; }

  const TrialLabels& Labels() const { return labels_; }
  /// The parameters that tell this trial from the others: "max_lr=0.1 seed=2".
  std::string Label(const TrialRow& trial) const;

  int64_t Trials() const;
  int64_t Ranked() const;  // that have a place
  int64_t Diverged() const;
  int64_t EpochsDone() const;
  StateCounts CountByState() const;  // all five states named
  /// Trials without a place by state; those whose point has a place at a higher budget as kWentOn.
  StateCounts CountUnranked() const;

  /// Training images that are held back for val_*, 0 where val_* is the test set; none where the
  /// trials differ in it, and for a user's program.
  std::optional<int64_t> ValidationImages() const { return validation_images_; }

 private:
  SweepRecord sweep_;
  Objective objective_;
  std::vector<TrialCount> counts_;
  TrialLabels labels_;
  std::vector<RankedRow> first_;
  int64_t tied_ = 0;
  std::optional<int64_t> validation_images_;
};

/// "2 pending, 1 running", of those that are not 0.
std::string CountsText(const StateCounts& counts, const std::vector<std::string>& states);

}  // namespace lrsweep
