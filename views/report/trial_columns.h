// The trials, groups and parameters of a report as columns of JSON: what is equal is written once
// and then counted, since the page holds thousands of trials.
#pragma once

#include "views/json_rows.h"
#include "views/report/report_input.h"

namespace lrsweep {

/// {"schedulers": [name], "states": [name], and of every trial, in the order of the input: "id",
/// "sweep", "group", "scheduler", "seed", "state", "place", "value", "epochs", "steps" (of an
/// epoch), "seconds", "diverged", and "errors": {index: text} of those that have one}. `sweep`,
/// `group`, `scheduler` and `state` are indices.
Json TrialColumns(const ReportInput& input);

/// Of every group, by the index that trials have: {"place" (in its sweep), "sound", "diverged",
/// "never" (trials that never reached the objective's threshold), "n" (trials with a value),
/// "mean", "least", "greatest" (where n is not 0), "sd", "low", "high" (where n > 1: the 95%
/// interval of the mean)}; null where none of its trials has ended.
Json GroupColumns(const ReportInput& input);

/// The parameters that differ among trials, the seed included: [{"path", "name" (its last word
/// where that is unique), "values": [text, numbers ascending, then texts], "numbers" (whether all
/// are), "codes": [index of its value for every trial; -1: it has no such parameter]}].
Json AxisColumns(const ReportInput& input);

}  // namespace lrsweep
