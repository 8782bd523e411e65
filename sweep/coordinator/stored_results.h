// What earlier runs, or this one, have stored of a trial that a search asks for.
#pragma once

#include <cstdint>
#include <optional>

#include "results/store.h"
#include "sweep/search/trial_source.h"
#include "trial/trial.h"

namespace lrsweep {

/// The result of a trial at a budget (0: its length) by the sweep's objective; none where the trial
/// is still to be trained. A trial that went on afterwards has at the budget the value that it had
/// there. `sweep`: store.Sweep().
std::optional<StoredResult> ResultOf(const Store& store, const SweepRecord& sweep,
                                     const Trial& trial, int64_t budget);

}  // namespace lrsweep
