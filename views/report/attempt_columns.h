// The attempts of a report: which worker trained which trial, and when.
#pragma once

#include <vector>

#include "views/json_rows.h"
#include "views/report/report_input.h"

namespace lrsweep {

/// {"workers": [{"sweep", "host", "worker", "device", "cpu_target"}] (as attempts name
/// them), "outcomes": [name], and of every attempt "trial", "attempt" (from 1), "worker", "outcome"
/// (indices; -1: it runs), "start", "end" (seconds since the first attempt of its sweep; null while
/// it runs), "first_epoch", "pack", and "errors": {index: text}}.
Json AttemptColumns(const std::vector<ReportSource>& sources, const ReportInput& input);

}  // namespace lrsweep
