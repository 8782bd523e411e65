// `lrsweep compare`: trials, groups or databases beside one another.
#pragma once

#include <string>

#include "analysis/selection.h"
#include "views/terminal/style.h"

namespace lrsweep {

/// For trials and groups: the parameters that differ, final values and their differences, the
/// curves in one plot, and a verdict seed by seed. For databases: CompareSweepsText.
std::string CompareText(const Selection& selection, const Style& style);

/// For trials and groups: {"items": [{"letter", "db", "trial_id" or null, "group_id", "trials":
/// [ids], "params"}], "differing": {path: [a value or null for each]}, "values": [{"name",
/// "values", "differences" (each less the first)}], "by_seed": as ToJson of a Verdict, its names
/// letters}.
std::string CompareJson(const Selection& selection);

}  // namespace lrsweep
