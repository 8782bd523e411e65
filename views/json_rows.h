// Rows of the database as columns and as JSON, under the names that the database has for them.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "analysis/groups.h"
#include "analysis/lr_finder.h"
#include "analysis/statistics/summary.h"
#include "params/json_value.h"
#include "results/store.h"
#include "results/store_filter.h"
#include "views/columns.h"

namespace lrsweep {

/// Null for none.
template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// Null for NaN and infinities.
Json FiniteOrNull(double number);

Json ToJson(const Cell& cell);
/// The inverse; a boolean becomes 0 or 1.
Cell ToCell(const Json& json);

/// The ends of an interval; null for none.
Json LowOf(const std::optional<Interval>& interval);
Json HighOf(const std::optional<Interval>& interval);

/// The columns of `trials` without `params`, and those of `attempts` and
/// `epochs` without the trial's id, in the order in which they are exported. A metric that is
/// called like another column of `epochs` is "metrics.wall_seconds".
const Columns<TrialRow>& TrialTable();
const Columns<AttemptRow>& AttemptTable();
Columns<EpochRow> EpochTable(const MetricTable& metrics);

/// The columns of the view `groups`, and `label` (what tells the group from others).
Columns<RankedGroup> GroupTable(const Objective& objective);

/// A row of `trials`; `params` as an object.
Json ToJson(const TrialRow& trial);
Json ToJson(const std::optional<RangeTest>& test);  // null for none

}  // namespace lrsweep
