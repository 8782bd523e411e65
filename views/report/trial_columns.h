// The trials, groups and parameters of a report as columns of JSON. Equal values are written once
// and referred to by index, since the page holds thousands of trials.
#pragma once

#include "views/json_rows.h"
#include "views/report/report_input.h"

namespace lrsweep {

/// {"schedulers": [name], "states": [name], and arrays over the trials, in the order of the input:
/// "id", "sweep", "group", "scheduler", "seed", "state", "place", "value", "test" (its value on the
/// test images), "epochs", "steps" (of an epoch), "seconds", "diverged"; of a search with budgets
/// also "point" (equal for the trials of a point), "budget", "rung", "bracket", "promoted",
/// "stopped_by"; and "errors": {index: text} of those that have one}. `sweep`, `group`, `scheduler`
/// and `state` are indices.
Json TrialColumns(const ReportInput& input);

/// An array over the groups, by the trials' `group`: {"place" (in its sweep; of a search with
/// budgets in its budget), "sound", "diverged", "never" (trials that never reached the objective's
/// threshold), "n" (trials with a value), "mean", "least", "greatest" (where n is not 0), "sd",
/// "low", "high" (where n > 1: the 95% interval of the mean)}; null where none of its trials has
/// ended.
Json GroupColumns(const ReportInput& input);

/// The parameters that differ among trials, the seed included: [{"path", "name" (its last word
/// where that is unique), "values": [text, numbers ascending, then texts], "numbers" (whether all
/// are), "codes": [index of its value for every trial; -1: it has no such parameter]}].
Json AxisColumns(const ReportInput& input);

}  // namespace lrsweep
