// Trains one stored trial again, and compares each epoch with the recorded one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "results/store.h"
#include "sweep/verification/stored_trial.h"
#include "sweep/verification/trainer.h"
#include "sweep/verification/verify_report.h"

namespace lrsweep {

/// Shows a line of progress in place of the one before.
using ShowProgress = std::function<void(const std::string& line)>;

struct VerifyOptions {
  std::string version;            // of this program
  std::optional<int64_t> epochs;  // compares the first ones only
};

/// Trains the trial for as many epochs as `options` say, or as are recorded if that is fewer, and
/// compares them. Throws ResourceError where nothing can be trained any more.
Verification VerifyTrial(const StoredTrial& stored, const SweepRecord& sweep,
                         const VerifyOptions& options, Trainer& trainer, const ShowProgress& show);

}  // namespace lrsweep
