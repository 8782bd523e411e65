// A comparison of two databases (analysis/sweep_comparison.h), as text and as JSON.
#pragma once

#include <string>

#include "analysis/selection.h"
#include "views/terminal/style.h"

namespace lrsweep {

std::string CompareSweepsText(const NamedSweep& a, const NamedSweep& b, const Style& style);

/// {"databases": [{"db", "name", "trials", "engine", "version", "dataset_sha256", "best":
/// {"trial_id", "scheduler", "value"} or null}], "shared" (trials with an epoch in both), "agree",
/// "differ":
/// [{"trial_id", "scheduler", "epochs", "steps", "first_difference": {..., "a", "b"},
/// "greatest_difference_of_a_loss", "final_accuracy" (of a user's program "final_value", of the
/// metric that ranks A)}], "only_in": [a, b], "by_trial": {"pairs",
/// "difference", "low", "high", "p"} or null}.
std::string CompareSweepsJson(const NamedSweep& a, const NamedSweep& b);

}  // namespace lrsweep
