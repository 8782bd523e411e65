// A report's input, read from the databases: every trial of their search spaces with its
// parameters, its place and its epochs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/groups.h"
#include "analysis/ranked_sweep.h"
#include "results/store.h"

namespace lrsweep {

/// A database, and its name on the page.
struct ReportSource {
  std::string label;  // its file name
  Store store;
};

struct ReportTrial {
  size_t sweep = 0;  // which source
  size_t group = 0;  // index among the groups of all sweeps, in the order of their first trials
  TrialRow row;
  FlatParams params;
  std::optional<int64_t> place;  // among the trials of its sweep; none: not ranked
  std::optional<double> value;   // the objective; none: diverged, or neither ranked nor promoted
  std::optional<double> test_value;  // of analysis/test_value.h; none: none
  std::vector<EpochRow> epochs;
};

struct ReportInput {
  Objective objective;              // ranks them all
  MetricTable metrics;              // that the sweeps know, all together
  std::vector<SweepRecord> sweeps;  // of the sources, in their order
  std::vector<ReportTrial> trials;  // of all sweeps, in the order of the sources and of trials
  std::vector<std::vector<RankedGroup>> groups;  // of each sweep, in order of place
  /// Of each sweep and each of its budgets, those whose point went on included.
  std::map<size_t, std::vector<std::vector<RankedGroup>>> of_budgets;
  TrialLabels labels;  // of all trials together

  size_t Ranked() const;
  size_t CountGroups() const;
};

/// `options` are relative to the first sweep's objective.
/// Throws std::invalid_argument, with what there is instead, for an unknown metric, mode or scope,
/// for a metric that no trial has a value of, and for fewer than two finished trials.
ReportInput ReadReportInput(const std::vector<ReportSource>& sources,
                            const ObjectiveOptions& options);

}  // namespace lrsweep
