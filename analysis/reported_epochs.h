// A trial's epochs with the metrics that each of them has.
#pragma once

#include <vector>

#include "results/store.h"

namespace lrsweep {

/// The trial's epochs. A user's program may leave epochs out, and metrics out of an epoch: those
/// are not among its `metrics`. The database has NULL for them and for NaN, so a value that is not
/// finite is kept only where it ended the trial: in the last epoch of one that diverged. Of the
/// built-in model every epoch has every metric.
std::vector<EpochRow> ReportedEpochs(const Store& store, const SweepRecord& sweep,
                                     const TrialRow& trial);

}  // namespace lrsweep
