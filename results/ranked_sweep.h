// A sweep with its trials in order of place: what `top` and `status` show.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "results/ranking.h"
#include "results/store.h"
#include "results/trial_labels.h"

namespace lrsweep {

class RankedSweep {
 public:
  /// Reads everything but epochs' details. What is not given comes from the sweep's objective; for
  /// another metric than the sweep's the mode is NaturalMode. Throws std::invalid_argument for an
  /// unknown word.
  explicit RankedSweep(const Store& store, const std::optional<std::string>& metric = {},
                       const std::optional<std::string>& mode = {},
                       const std::optional<std::string>& scope = {});

  const SweepRecord& Sweep() const { return sweep_; }
  const Objective& By() const { return objective_; }
  const std::vector<TrialRow>& Trials() const { return trials_; }  // by number
  const std::vector<Placed>& Ranking() const { return ranking_; }
  const TrialRow& At(const Placed& placed) const;

  /// The parameters that tell this trial from the others: "max_lr=0.1 seed=2".
  std::string Label(const TrialRow& trial) const;

  /// Trials by state, all five states named.
  std::map<std::string, int64_t> CountByState() const;

  /// Training images that are held back for val_*, 0 where val_* is the test set; none where the
  /// trials differ in it.
  std::optional<int64_t> HeldBack() const;

 private:
  SweepRecord sweep_;
  Objective objective_;
  std::vector<TrialRow> trials_;
  std::vector<Placed> ranking_;
  std::unordered_map<std::string, size_t> index_;  // of a trial's id in trials_
  TrialLabels labels_;
  std::map<std::string, int64_t> held_back_;  // dataset.validation to how many trials have it
};

/// "val_accuracy (max, last epoch)".
std::string Describe(const Objective& objective);

/// "0.9812": four digits after the point; "diverged" for none.
std::string MetricText(const std::optional<double>& value);

/// "2 pending, 1 running", of those that are not 0.
std::string CountsText(const std::map<std::string, int64_t>& counts,
                       const std::vector<std::string>& states);

}  // namespace lrsweep
