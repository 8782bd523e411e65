// Which parameters matter in a sweep, as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/groups.h"
#include "analysis/statistics/functional_anova.h"
#include "views/json_rows.h"
#include "views/terminal/style.h"

namespace lrsweep {

struct WhatMatters {
  Objective objective;
  std::optional<Importance> importance;  // none for fewer than two values
  bool repeated = false;                 // some group has several values, so luck is told apart
  int64_t left_out = 0;                  // trials that have ended without a value
};

/// From the values of the groups' trials, over the parameters that vary among the trials of a
/// scheduler; under short names (`labels`).
WhatMatters ExplainGroups(const std::vector<RankedGroup>& groups, const TrialLabels& labels,
                          const Objective& objective);

/// "What matters: type 61%, max_lr of CyclicLR 22%, luck (seeds) 9%", and what that leaves out or
/// relies on; empty where there is nothing to explain.
std::string ImportanceText(const WhatMatters& matters);

/// A row for each value of each parameter: its trials, their mean and its interval.
std::string EffectsTable(const WhatMatters& matters, const Style& style = {});

/// {"parameters": [{"name", "within" (a type, or null), "share", "values": [{"value", "n", "mean",
/// "low", "high"}]}], "interactions", "luck", "complete", "missing" (or null), "left_out"}; null
/// where there is nothing to explain.
Json ToJson(const WhatMatters& matters);

}  // namespace lrsweep
