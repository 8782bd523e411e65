// Which parameters matter in a sweep: how much of the spread of its values each explains.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/groups.h"
#include "analysis/statistics/functional_anova.h"

namespace lrsweep {

struct WhatMatters {
  Objective objective;
  std::optional<Importance> importance;  // none for fewer than two values
  bool repeated = false;                 // some group has several values, which separates luck
  int64_t left_out = 0;                  // trials that have ended without a value
  int64_t budget = 0;                    // of the trials, in epochs; 0: the sweep has no budgets
};

/// Explains the values of the groups' trials by the parameters that vary among the trials of one
/// scheduler. Parameters have their short names. Numbers that a sampler has drawn count by
/// intervals, "0.01 to 0.08". `ranked`: of `store`, by `objective`; of a search with budgets the
/// groups of OfFullestBudget are explained instead.
WhatMatters ExplainGroups(const std::vector<RankedGroup>& ranked, const Store& store,
                          const Objective& objective);

}  // namespace lrsweep
