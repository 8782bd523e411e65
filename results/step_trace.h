// The steps of one epoch as one text: stored in the table `step_traces`, unpacked by the view
// `steps` (results/schema.sql).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "trial/trial.h"

namespace lrsweep {

struct StepTrace {
  std::optional<double> lr;        // the same at every step; none: it is in `json`
  std::optional<double> momentum;  // the same for the momentum
  /// [loss,...]; or, where `lr` is none, [[loss,lr],...]; or, where `momentum` is none too,
  /// [[loss,lr,momentum],...]. Losses in the shortest decimal form of a float, the others of a
  /// double; null for NaN and infinities. Where no step has a loss the number of steps; or, where
  /// `lr` alone is none, [lr,...].
  std::string json;
};

/// Throws std::invalid_argument unless `rates` holds one value for all of `losses` or one for each.
StepTrace MakeStepTrace(std::span<const float> losses, const StepRates& rates);

/// One optimizer step: the values applied at it, and the loss of its batch; NaN where a number was
/// NaN or infinite.
struct StepRow {
  double lr = 0;
  double momentum = 0;
  double loss = 0;  // a float's shortest decimal form, read as a double
};

/// Adds the steps of `trace` to `steps`. Throws std::invalid_argument where its JSON is not of a
/// form that MakeStepTrace gives.
void ReadStepTrace(const StepTrace& trace, std::vector<StepRow>& steps);

}  // namespace lrsweep
