// The curves of a report: over epochs, and over steps (thinned).
#pragma once

#include <vector>

#include "views/json_rows.h"
#include "views/report/report_input.h"

namespace lrsweep {

/// {"kept": [epoch, ...], "thinned": bool, "metrics": {name: curves}, "lr": curves (at the epoch's
/// last step)}. Curves are for every trial an array of its values at the kept epochs, up to the
/// last that it has done; null for one that is not finite, and that a program did not report. All
/// epochs that were reported are kept where that is at most 80,000 values of a metric.
Json EpochColumns(const ReportInput& input);

/// The curves over optimizer steps, thinned to spans. A span has the same number of steps in all
/// trials, so that means over trials are means of the same steps. {"loss_span", "rate_span" (steps
/// of a span; the last span of a curve may have fewer), "loss": for every trial {"n": steps, "v":
/// [first, second, mean of the first span, ...]}, null where steps or their losses are not
/// recorded; "rates":
/// [{"n", "v": [first, second, ...], "peak": its greatest rate}, ...], each distinct curve once;
/// "rate_of": for every trial the index of its rates, or -1}. First and second are a span's least
/// and greatest value, in the order in which they come.
Json StepColumns(const std::vector<ReportSource>& sources, const ReportInput& input);

}  // namespace lrsweep
