// The labels of a sweep's parameters, while trials are added. Private to results/store*.
#pragma once

#include "results/store_impl.h"
#include "results/trial_labels.h"

namespace lrsweep {

/// Adds one known trial of each scheduler to the labels, which adding further trials needs.
TrialLabels OpenLabels(SQLite::Database& db, TrialLabels labels);

void WriteLabels(SQLite::Database& db, const TrialLabels& labels);

}  // namespace lrsweep
