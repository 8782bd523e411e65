// What earlier runs, or this one, have stored of a trial that a search asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/store.h"
#include "sweep/search/trial_source.h"
#include "trial/trial.h"

namespace lrsweep {

/// By what values are computed.
struct ValueRules {
  Objective objective;
  MetricTable metrics;      // that the sweep knows
  bool of_program = false;  // SweepRecord::IsOfProgram
};

/// Those of the sweep's own objective.
ValueRules RulesOf(const Store& store);

/// The value that the trial would have if it had ended after the first epoch recorded from `epochs`
/// on.
std::optional<double> ValueAfter(const Store& store, const ValueRules& rules,
                                 const std::string& trial_id, int64_t epochs);

/// The result of a trial at a budget (0: its length) by the rules of the sweep; none where the
/// trial is still to be trained. A trial that went on afterwards has at the budget the value that
/// it had there.
std::optional<StoredResult> ResultOf(const Store& store, const ValueRules& rules,
                                     const Trial& trial, int64_t budget);

}  // namespace lrsweep
