// Who trained the epochs of a report's trials, where several trials are the same training for some.
#pragma once

#include "views/json_rows.h"
#include "views/report/report_input.h"

namespace lrsweep {

/// {"trained_by": for every trial [[named, last epoch], ...] of its first epochs whose rows name
/// another trial, null where none does, or empty where no trial does; "named": [id, ...] of those
/// that are named, which need not be on the page; "epochs_recorded", "epochs_trained",
/// "seconds_recorded", "seconds_trained": the sums over all trials, each training once in those
/// that are trained}.
Json LineageColumns(const ReportInput& input);

}  // namespace lrsweep
